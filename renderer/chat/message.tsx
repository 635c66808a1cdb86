import {
  ChevronLeft,
  ChevronRight,
  Copy,
  Ellipsis,
  GitBranch,
  PenLine,
  Pencil,
  RotateCcw,
  Trash2,
  type LucideIcon,
} from 'lucide-react';
import { memo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { Role } from '../../shared/document/turn.ts';
import { reasoningParts } from '../../shared/prompt/plan/reasoning.ts';
import { words } from '../locales/index.ts';
import type { ToldFault } from './chat-view.ts';
import { Prose } from './prose.tsx';
import { TurnField } from './turn-field.tsx';
import css from './chat.module.css';

/** What can be done with a message. */
export interface MessageActions {
  edit(turnId: string): void;
  endEdit(): void;
  write(turnId: string, text: string): void;
  come(turnId: string, offset?: number): void;
  swipe(turnId: string, step: -1 | 1): void;
  goOn(turnId: string): void;
  retry(turnId: string): void;
  branch(turnId: string): void;
  copy(turnId: string): void;
  remove(turnId: string): void;
  menu(turnId: string, name: string, anchor: DOMRect): void;
  /** By so many messages, or past the last one into the composer. */
  move(turnId: string, by: number): void;
  toComposer(): void;
  dismiss(): void;
  take(option: number): void;
}

export interface MessageProps {
  readonly turnId: string;
  readonly role: Role;
  readonly speaker: string | null;
  readonly text: string;
  readonly number: number;
  readonly count: number;
  readonly more: number;
  /** Nothing of it can be changed now. */
  readonly isLocked: boolean;
  readonly isReadOnly: boolean;
  /** A reply is written into it. */
  readonly isLive: boolean;
  readonly isWriting: boolean;
  readonly isActive: boolean;
  readonly isEditing: boolean;
  readonly isHighlighted: boolean;
  readonly fault: ToldFault | null;
  readonly options: readonly string[];
  readonly actions: MessageActions;
}

const SWIPE = 48;

export function nameOf(role: Role, speaker: string | null): string {
  return speaker ?? { user: words.chat.you, model: words.chat.story, system: words.chat.note }[role];
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0]?.toUpperCase() ?? '')
    .join('');

/** One turn, as somebody said it. */
export const Message = memo(function Message(props: MessageProps): ReactElement {
  const { turnId, role, speaker, isActive, isEditing, isHighlighted, fault, options, actions } = props;
  const [isHovered, setHovered] = useState(false);
  const touch = useRef<{ x: number; y: number } | null>(null);
  const name = nameOf(role, speaker);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const anchor = event.currentTarget.getBoundingClientRect();
    const done = KEYS[shiftKey && key === 'F10' ? 'ContextMenu' : key];
    if (ctrlKey || metaKey || altKey) {
      if (key === 'c' && !altKey && document.getSelection()?.isCollapsed !== false) actions.copy(turnId);
    } else if (done !== undefined) {
      event.preventDefault();
      done(actions, props, name, anchor);
    } else if (key.length === 1 && key !== ' ') actions.toComposer();
  };
  const onUp = ({ clientX, clientY }: PointerEvent): void => {
    const from = touch.current;
    touch.current = null;
    if (from === null) return;
    const [x, y] = [clientX - from.x, clientY - from.y];
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y) && !props.isLocked) actions.swipe(turnId, x < 0 ? 1 : -1);
  };
  return (
    <article
      className={css.message}
      data-role={role}
      data-active={isActive || undefined}
      data-highlighted={isHighlighted || undefined}
      data-turn={turnId}
      tabIndex={isActive ? 0 : -1}
      aria-label={name}
      onKeyDown={onKeyDown}
      onFocus={({ target, currentTarget }) => {
        if (target === currentTarget) actions.come(turnId);
      }}
      onPointerEnter={({ pointerType }) => setHovered(pointerType === 'mouse')}
      onPointerLeave={() => setHovered(false)}
      onPointerDown={({ pointerType, clientX, clientY }) => {
        if (pointerType !== 'mouse') touch.current = { x: clientX, y: clientY };
      }}
      onPointerUp={onUp}
      onPointerCancel={() => {
        touch.current = null;
      }}
      onDoubleClick={({ target }) => {
        if (target instanceof Element && target.closest('button, textarea') === null) actions.edit(turnId);
      }}
    >
      {role === 'system' ? null : (
        <span className={css.avatar} aria-hidden="true">
          {initials(name)}
        </span>
      )}
      <div className={css.said}>
        <Head {...props} name={name} shown={isActive || isHovered} />
        {isEditing ? <Editing {...props} name={name} /> : <Body {...props} />}
        {options.length === 0 ? null : <Options options={options} actions={actions} />}
        {fault === null ? null : <Fault told={fault} onDismiss={actions.dismiss} />}
      </div>
    </article>
  );
});

type Done = (actions: MessageActions, props: MessageProps, name: string, anchor: DOMRect) => void;
const swipeBy =
  (step: -1 | 1): Done =>
  (actions, { turnId, isLocked }) => {
    if (!isLocked) actions.swipe(turnId, step);
  };
const moveBy =
  (by: number): Done =>
  (actions, { turnId }) =>
    actions.move(turnId, by);
const edit: Done = (actions, { turnId }) => actions.edit(turnId);

/** What a key does on a message that has the focus. */
const KEYS: Readonly<Record<string, Done | undefined>> = {
  ArrowUp: moveBy(-1),
  ArrowDown: moveBy(1),
  Home: moveBy(-Infinity),
  End: moveBy(Infinity),
  ArrowLeft: swipeBy(-1),
  ArrowRight: swipeBy(1),
  Enter: edit,
  F2: edit,
  Delete: (actions, { turnId, isReadOnly }) => {
    if (!isReadOnly) actions.remove(turnId);
  },
  ContextMenu: (actions, { turnId }, name, anchor) => actions.menu(turnId, name, anchor),
  Escape: (actions) => actions.toComposer(),
};

interface HeadProps extends MessageProps {
  readonly name: string;
  /** What can be done with it is shown. */
  readonly shown: boolean;
}

function Head({
  turnId,
  role,
  name,
  shown,
  isLive,
  isLocked,
  isReadOnly,
  isWriting,
  number,
  count,
  more,
  actions,
}: HeadProps): ReactElement {
  const { commands, manuscript, chat } = words;
  return (
    <header className={css.head}>
      {role === 'system' ? null : <b dir="auto">{name}</b>}
      {isLive ? <span className={css.live}>{chat.writing}</span> : null}
      {count > 1 ? (
        <span className={css.swipe}>
          <Button
            icon={ChevronLeft}
            label={manuscript.earlier(name)}
            isOff={isLocked || number <= 1}
            onClick={() => actions.swipe(turnId, -1)}
          />
          <span className="num" title={more === 0 ? undefined : manuscript.goesOn(more)}>
            {manuscript.of(number, count)}
          </span>
          <Button
            icon={ChevronRight}
            label={manuscript.later(name)}
            isOff={isLocked || number >= count}
            onClick={() => actions.swipe(turnId, 1)}
          />
          {more === 0 ? null : <small>{manuscript.more(more)}</small>}
        </span>
      ) : null}
      {shown ? (
        <span className={css.tools} role="group" aria-label={chat.actions(name)}>
          {isReadOnly ? null : (
            <>
              <Button icon={Pencil} label={chat.edit} onClick={() => actions.edit(turnId)} />
              {role === 'model' ? (
                <>
                  <Button
                    icon={PenLine}
                    label={commands.continue}
                    isOff={isWriting}
                    onClick={() => actions.goOn(turnId)}
                    wide
                  />
                  <Button
                    icon={RotateCcw}
                    label={commands.retry}
                    isOff={isWriting}
                    onClick={() => actions.retry(turnId)}
                  />
                </>
              ) : null}
              <Button icon={GitBranch} label={commands.branchHere} onClick={() => actions.branch(turnId)} wide />
            </>
          )}
          <Button icon={Copy} label={commands.copyTurn} onClick={() => actions.copy(turnId)} />
          {isReadOnly ? null : (
            <>
              <Button icon={Trash2} label={commands.removeTurn} onClick={() => actions.remove(turnId)} wide />
              <Button
                icon={Ellipsis}
                label={manuscript.menu(name)}
                onClick={(node) => actions.menu(turnId, name, node.getBoundingClientRect())}
              />
            </>
          )}
        </span>
      ) : null}
    </header>
  );
}

interface ButtonProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly isOff?: boolean;
  /** Left out where there is little room: its menu has it too. */
  readonly wide?: boolean;
  readonly onClick: (node: HTMLElement) => void;
}

function Button({ icon: Icon, label, isOff = false, wide = false, onClick }: ButtonProps): ReactElement {
  return (
    <button
      type="button"
      data-wide={wide || undefined}
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={({ currentTarget }) => onClick(currentTarget)}
    >
      <Icon size={15} strokeWidth={1.7} aria-hidden />
    </button>
  );
}

/** The text without the lines of what it offers, which stand below it as buttons. */
function withoutOptions(text: string, count: number): string {
  const lines = text.trimEnd().split('\n');
  return count === 0 ? text : lines.slice(0, -count).join('\n').trimEnd();
}

function Body({ role, text, isLive, options }: MessageProps): ReactElement {
  const said = withoutOptions(text, options.length);
  const parts = role === 'model' ? reasoningParts(said, {}) : [{ isThought: false, text: said, isClosed: true }];
  if (text === '' && !isLive) return <p className={css.blank}>{words.chat.blank}</p>;
  return (
    <div className={css.body}>
      {parts.map((part, index) =>
        part.isThought ? (
          <details key={index} className={css.thought}>
            <summary>{isLive && !part.isClosed ? words.chat.thinking : words.chat.thought}</summary>
            <Prose text={part.text} isOpen={isLive} />
          </details>
        ) : (
          <Prose key={index} text={part.text} isOpen={isLive && index === parts.length - 1} />
        ),
      )}
      {isLive ? <span className={css.pen} aria-hidden="true" /> : null}
    </div>
  );
}

function Editing({ turnId, text, name, isReadOnly, actions }: MessageProps & { readonly name: string }): ReactElement {
  return (
    <div className={css.editing}>
      <TurnField
        autoFocus
        className={css.edited}
        label={words.chat.editing(name)}
        text={text}
        readOnly={isReadOnly}
        onText={(next) => actions.write(turnId, next)}
        onCaret={(offset) => actions.come(turnId, offset)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.stopPropagation();
          actions.endEdit();
        }}
      />
      <footer>
        <small>{words.chat.editHint}</small>
        <button type="button" onClick={() => actions.endEdit()}>
          {words.common.ok}
        </button>
      </footer>
    </div>
  );
}

function Options({ options, actions }: Pick<MessageProps, 'options' | 'actions'>): ReactElement {
  return (
    <ul className={css.options} aria-label={words.manuscript.options}>
      {options.map((option, index) => (
        <li key={index}>
          <button
            type="button"
            aria-label={words.manuscript.option(index + 1, option)}
            onClick={() => actions.take(index + 1)}
          >
            <b aria-hidden="true">{index + 1}</b>
            <span dir="auto">{option}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What went wrong with a message, or cut it short. */
export function Fault({ told, onDismiss }: { readonly told: ToldFault; readonly onDismiss: () => void }): ReactElement {
  const { fault, actions } = told;
  const [head, ...rest] = sentenceOf(fault).split(/(?<=[.!?])\s+/);
  // How a reply ended is no alarm.
  const isQuiet = fault.code === 'CUT_SHORT';
  return (
    <section className={css.fault} role={isQuiet ? 'status' : 'alert'} data-quiet={isQuiet || undefined}>
      <b>{head}</b>
      <p>{rest.join(' ')}</p>
      <div>
        {actions.map(({ label, run }) => (
          <button key={label} type="button" onClick={run}>
            {label}
          </button>
        ))}
        <button type="button" onClick={onDismiss}>
          {words.common.dismiss}
        </button>
      </div>
      {fault.detail === undefined ? null : (
        <details>
          <summary>{words.common.details}</summary>
          <pre>{fault.detail}</pre>
        </details>
      )}
    </section>
  );
}
