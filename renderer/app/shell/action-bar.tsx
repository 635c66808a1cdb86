import { Copy, CornerDownLeft, PenLine, RotateCcw, Square, type LucideIcon } from 'lucide-react';
import { useLayoutEffect, useRef, type ReactElement, type RefObject } from 'react';
import { usePlan } from '../../ledger/plan.ts';
import { sendsText } from '../../ledger/bars.ts';
import { tokensPerSecond } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { AlternatesNav, RetryCount } from './alternates-menu.tsx';
import { Explained } from './explained.tsx';
import { COMMANDS } from '../commands/registry.ts';
import { useCommand, type Offer } from '../commands/use-command.ts';
import { spelledKey } from '../../lib/keys.ts';
import { useFlag } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import css from './action-bar.module.css';

/**
 * What can be done with the text, floating at the foot of the page. Stop takes the place of Reply; nothing else
 * moves.
 */
export function ActionBar(): ReactElement | null {
  const open = useOpenChapter((chapter) => !chapter.loading) === true;
  const reader = useWorkspace((workspace) => workspace.writer === false);
  if (!open) return null;
  return (
    <div className={css.barPlace}>
      <SelectionBar />
      {reader ? null : <Bar />}
    </div>
  );
}

/** The same where a view has a place for it. */
export function WritingBar(): ReactElement | null {
  const open = useOpenChapter((chapter) => !chapter.loading) === true;
  const reader = useWorkspace((workspace) => workspace.writer === false);
  if (!open || reader) return null;
  return (
    <div className={css.inside}>
      <Bar />
    </div>
  );
}

/** What can be done with a selection; above the bar, which stays where it is. */
function SelectionBar(): ReactElement | null {
  const selects = useOpenChapter((chapter) => chapter.selects) === true;
  const copy = useCommand('copy');
  const copyWithMarks = useCommand('copyWithMarks');
  if (!selects) return null;
  return (
    <div className={`${css.bar} ${css.selection}`} role="toolbar" aria-label={words.writing.selectionBar}>
      <Action command={copy} icon={Copy} />
      <Action command={copyWithMarks} />
    </div>
  );
}

function Bar(): ReactElement {
  const writing = useOpenChapter((chapter) => chapter.generation !== null) === true;
  const interrupted = useOpenChapter((chapter) => (chapter.lastGeneration?.fault ?? null) !== null) === true;
  const [replied] = useFlag('replied', false);
  const reply = useCommand('reply');
  const goOn = useCommand('continue');
  const retry = useCommand('retry');
  const retryButton = useRef<HTMLButtonElement>(null);
  const node = useRef<HTMLDivElement>(null);
  useFoot(node);
  return (
    <div className={css.bar} role="toolbar" aria-label={words.writing.writingBar} ref={node}>
      {replied ? null : <p className={css.hint}>{words.writing.firstHint(spelledKey(COMMANDS.reply.key.press))}</p>}
      {writing ? <Stop /> : <Action command={reply} icon={CornerDownLeft} strong={!interrupted} first />}
      {writing ? <Progress /> : <Cost />}
      <span className={css.sep} />
      <Action command={goOn} icon={PenLine} strong={interrupted && !writing} />
      <Action command={retry} icon={RotateCcw} button={retryButton} />
      <RetryCount returnTo={retryButton} />
      <AlternatesNav />
    </div>
  );
}

function Stop(): ReactElement {
  const stop = useCommand('stop');
  return (
    <button
      type="button"
      className={`${css.action} ${css.first} ${css.stop}`}
      title={stop.keys ?? undefined}
      onClick={stop.run}
    >
      <Square size={11} fill="currentColor" aria-hidden />
      {stop.name}
      <kbd aria-hidden="true">{stop.keys}</kbd>
    </button>
  );
}

/** How far the reply is: what it waits for, then tokens read of its prompt, then words written. */
function Progress(): ReactElement | null {
  const generation = useOpenChapter((chapter) => chapter.generation);
  if (generation === null) return null;
  const { phase, progress, done, total, reused, words: written } = generation;
  const said = {
    waiting: () => words.writing.waiting(progress),
    reading: () => (total === 0 ? null : words.writing.reading(Math.max(0, done - reused), total - reused)),
    writing: () => words.common.words(written),
  };
  return <span className={`${css.cost} ${css.progress} num`}>{said[phase]()}</span>;
}

/** What Reply will cost, before its key is pressed. Its place is kept where nothing is to be said. */
function Cost(): ReactElement {
  const { ledger: plan } = usePlan();
  const stats = useOpenChapter((chapter) => chapter.lastGeneration?.stats ?? null);
  if (plan === null || !sendsText(plan)) return <span className={css.cost} />;
  const { toRead, total, forecast } = plan;
  const speed = tokensPerSecond(forecast?.tokensPerSecond ?? null);
  const more = [
    words.writing.readAlready(total - toRead),
    ...(speed === null ? [] : [words.writing.thenWrites(speed)]),
    ...(stats === null ? [] : [words.writing.lastRead(stats.promptTokens - stats.reusedTokens, stats.reusedTokens)]),
  ];
  return (
    <span className={`${css.cost} num`} title={more.join(' ')}>
      {words.writing.toRead(toRead, forecast?.readMs ?? null)}
    </span>
  );
}

interface ActionProps {
  readonly command: Offer;
  readonly icon?: LucideIcon;
  readonly strong?: boolean;
  readonly first?: boolean;
  readonly button?: RefObject<HTMLButtonElement | null>;
}

function Action({ command, icon: Icon, strong = false, first = false, button }: ActionProps): ReactElement {
  const { name, keys, why, run } = command;
  const look = [css.action, strong ? css.go : null, first ? css.first : null].filter((part) => part !== null);
  return (
    <Explained why={why}>
      {(describedBy) => (
        <button
          type="button"
          ref={button}
          className={look.join(' ')}
          aria-describedby={describedBy}
          aria-disabled={why === null ? undefined : true}
          title={why === null ? (keys ?? undefined) : undefined}
          onClick={() => {
            if (why === null) run();
          }}
        >
          {Icon === undefined ? null : <Icon size={16} strokeWidth={1.7} aria-hidden />}
          {name}
          {first && keys !== null ? <kbd aria-hidden="true">{keys}</kbd> : null}
        </button>
      )}
    </Explained>
  );
}

/** The page keeps as much room at its foot as the bar takes, however many lines it has; toasts stand above it. */
function useFoot(node: RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const bar = node.current;
    const place = bar?.closest('[data-bar-place]') ?? bar?.parentElement ?? null;
    if (bar === null || place === null) return undefined;
    const { style } = document.documentElement;
    const measure = (): void => {
      const { top } = place.getBoundingClientRect();
      style.setProperty('--toasts-left', `${String(bar.getBoundingClientRect().left)}px`);
      style.setProperty('--toasts-bottom', `${String(window.innerHeight - top + 8)}px`);
      useWorkspace.setState({ bar: bar.offsetHeight });
    };
    const watch = new ResizeObserver(measure);
    watch.observe(bar);
    watch.observe(document.documentElement);
    watch.observe(place);
    return () => {
      watch.disconnect();
      style.removeProperty('--toasts-left');
      style.removeProperty('--toasts-bottom');
      useWorkspace.setState({ bar: 0 });
    };
  }, [node]);
}
