import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, type ReactElement } from 'react';
import type { TurnSpan } from '../../shared/document/layout.ts';
import { words } from '../locales/index.ts';
import { composedTurn, messagesOf, type ChatState, type ChatView, type ListSight } from './chat-view.ts';
import { Fault, Message, type MessageActions } from './message.tsx';
import css from './chat.module.css';

/** A message that was never drawn is taken for so high: what stands around its text, and a line. */
const AROUND = 52;
const LINE = 40;
/** So near to the end it is the end. */
const END = 8;
const SHOWN_OPTIONS = 9;

interface Props {
  readonly view: ChatView;
  readonly state: ChatState;
  readonly top: number;
  readonly actions: MessageActions;
  readonly focusComposer: () => void;
}

/** The messages of a chapter, of which only those in sight are drawn. */
export function Messages({ view, state, top, actions, focusComposer }: Props): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const { document, chapter } = view;
  const messages = messagesOf(document);
  const { ids } = document.layout;
  const getItemKey = useCallback((index: number) => ids[index] ?? index, [ids]);
  // oxlint-disable-next-line react/incompatible-library -- what it returns is asked anew at every draw
  const list = useVirtualizer({
    count: messages.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => AROUND + LINE * (messages[index]?.lines ?? 1),
    getItemKey,
    overscan: 6,
    paddingStart: top + 24,
    paddingEnd: 24,
  });
  const isAtEnd = useSurface(view, list, scroller, focusComposer);

  const height = useRef(0);
  useLayoutEffect(() => {
    const node = scroller.current;
    if (node === null || node.scrollHeight === height.current) return;
    height.current = node.scrollHeight;
    if (isAtEnd.current) node.scrollTop = node.scrollHeight;
  });
  const { fault } = view;
  const last = messages.at(-1);
  const offered = chapter.isLocked || document.readyTurn() === null ? [] : document.offered().slice(0, SHOWN_OPTIONS);
  const draw = (span: TurnSpan): ReactElement => {
    const alternates = chapter.alternates(span.id);
    return (
      <Message
        turnId={span.id}
        role={span.role}
        speaker={span.speaker}
        text={document.textOf(span)}
        number={alternates?.number ?? 1}
        count={alternates?.count ?? 1}
        more={alternates?.more ?? 0}
        isLocked={chapter.isLocked}
        isReadOnly={state.readOnly}
        isLive={document.live?.turnId === span.id}
        isWriting={document.live !== null}
        isActive={state.active === span.id}
        isEditing={state.editing === span.id}
        isHighlighted={state.highlighted === span.id}
        fault={fault?.turnId === span.id ? fault : null}
        options={span === last && offered.length > 0 ? offered : NONE}
        actions={actions}
      />
    );
  };
  return (
    <div
      className={css.scroller}
      ref={scroller}
      tabIndex={-1}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < END;
        chapter.scrolled();
      }}
    >
      {messages.length === 0 ? <p className={css.empty}>{words.chat.empty}</p> : null}
      <ol className={css.messages} role="list" aria-label={words.chat.messages} style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ key, index, start }) => {
          const span = messages[index];
          return span === undefined ? null : (
            <li
              key={key}
              ref={list.measureElement}
              data-index={index}
              aria-setsize={messages.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              {draw(span)}
            </li>
          );
        })}
      </ol>
      {fault === null || fault.turnId !== composedTurn(document)?.id ? null : (
        <div className={css.beside}>
          <Fault told={fault} onDismiss={actions.dismiss} />
        </div>
      )}
    </div>
  );
}

const NONE: readonly string[] = [];

function focusMessage(scroller: { readonly current: HTMLElement | null }, turnId: string, attempts = 4): void {
  const find = (): HTMLElement | null | undefined =>
    scroller.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(turnId)}"]`);
  const message = find();
  if (message !== null && message !== undefined) message.focus({ preventScroll: true });
  else if (attempts > 0) requestAnimationFrame(() => focusMessage(scroller, turnId, attempts - 1));
}

/** Hands the screen to the view; answers whether the person is at the end, and is to stay there as it grows. */
function useSurface(
  view: ChatView,
  list: Virtualizer<HTMLDivElement, Element>,
  scroller: { readonly current: HTMLDivElement | null },
  focusComposer: () => void,
): { current: boolean } {
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const look = ({ index, above }: ListSight): void => {
      const item = list.measurementsCache[index];
      isAtEnd.current = item === undefined;
      if (item === undefined) list.scrollToOffset(list.getTotalSize());
      else if (above === 0) list.scrollToIndex(index, { align: 'start' });
      else list.scrollToOffset(item.start + above);
    };
    return view.attach({
      sight: () => {
        const node = scroller.current;
        const item = node === null ? undefined : list.getVirtualItemForOffset(node.scrollTop);
        if (node === null || item === undefined) return null;
        if (isAtEnd.current) return { index: messagesOf(view.document).length, above: 0 };
        return { index: item.index, above: Math.max(0, node.scrollTop - item.start) };
      },
      look,
      bring: (index) => {
        const { length } = messagesOf(view.document);
        if (index >= length - 1) {
          isAtEnd.current = true;
          if (scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
        } else list.scrollToIndex(index, { align: 'auto' });
      },
      isNear: (index) => {
        const range = list.range;
        return isAtEnd.current || range === null || (index >= range.startIndex && index <= range.endIndex + 1);
      },
      goTo: (index) => {
        list.scrollToIndex(index, { align: 'auto' });
        focusMessage(scroller, view.document.layout.ids[index] ?? '');
      },
      focus: (turnId) => {
        if (turnId === null) focusComposer();
        else scroller.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(turnId)}"] textarea`)?.focus();
      },
      whenDrawn: (told) => {
        const written = performance.now();
        requestAnimationFrame((frame) => setTimeout(() => told(performance.now() - Math.max(frame, written))));
      },
    });
  }, [view, list, scroller, focusComposer]);
  return isAtEnd;
}
