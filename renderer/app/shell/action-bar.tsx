import { Copy, CornerDownLeft, PenLine, RotateCcw, Square } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { PlannedReply } from '../../../shared/contract/writing.ts';
import { usePlan } from '../../ledger/plan.ts';
import { sendsText } from '../../ledger/bars.ts';
import { tokensPerSecond } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { AlternatesNav, RetryCount } from './alternates-menu.tsx';
import { COMMANDS } from '../commands/registry.ts';
import { useCommand, type Offer } from '../commands/use-command.ts';
import { spelledKey } from '../../lib/keys.ts';
import { useFlag } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import css from './action-bar.module.css';

/** What can be done with the text, floating at the foot of the page; while a reply is written only Stop. */
export function ActionBar(): ReactElement | null {
  const open = useOpenChapter((chapter) => !chapter.loading) === true;
  const writing = useOpenChapter((chapter) => chapter.generation !== null) === true;
  const interrupted = useOpenChapter((chapter) => (chapter.lastGeneration?.fault ?? null) !== null) === true;
  const reader = useWorkspace((workspace) => workspace.writer === false);
  if (!open) return null;
  return (
    <div className={css.barPlace}>
      <SelectionBar />
      {reader ? null : writing ? <StopBar /> : <WriteBar interrupted={interrupted} />}
    </div>
  );
}

/** What can be done with a selection; above the bar, which stays where it is. */
function SelectionBar(): ReactElement | null {
  const selects = useOpenChapter((chapter) => chapter.selects) === true;
  const copy = useCommand('copy');
  const copyWithMarks = useCommand('copyWithMarks');
  if (!selects) return null;
  const icon = <Copy size={15} strokeWidth={1.7} aria-hidden />;
  return (
    <div className={`${css.bar} ${css.selection}`} role="toolbar" aria-label={words.writing.selectionBar}>
      <Action command={copy} icon={icon} />
      <Action command={copyWithMarks} />
    </div>
  );
}

function StopBar(): ReactElement {
  const stop = useCommand('stop');
  return (
    <div className={css.bar} role="toolbar" aria-label={words.writing.writingBar}>
      <button type="button" className={`${css.action} ${css.stop}`} title={stop.keys ?? undefined} onClick={stop.run}>
        <Square size={11} fill="currentColor" aria-hidden />
        {stop.name}
        <kbd aria-hidden="true">{stop.keys}</kbd>
      </button>
      <StopProgress />
      <AlternatesNav />
    </div>
  );
}

/** How far the reply is: what it waits for, then tokens read of its prompt, then words written. */
function StopProgress(): ReactElement | null {
  const generation = useOpenChapter((chapter) => chapter.generation);
  if (generation === null) return null;
  const { phase, progress, done, total, reused, words: written } = generation;
  const said = {
    waiting: () => words.writing.waiting(progress),
    reading: () => (total === 0 ? null : words.writing.reading(Math.max(0, done - reused), total - reused)),
    writing: () => words.common.words(written),
  };
  return <span className={`${css.cost} num`}>{said[phase]()}</span>;
}

function WriteBar({ interrupted }: { readonly interrupted: boolean }): ReactElement {
  const { ledger: plan } = usePlan();
  const [replied] = useFlag('replied', false);
  const alternates = useOpenChapter((chapter) => chapter.alternates);
  const reply = useCommand('reply');
  const goOn = useCommand('continue');
  const retry = useCommand('retry');
  return (
    <div className={css.bar} role="toolbar" aria-label={words.writing.writingBar}>
      {replied ? null : <p className={css.hint}>{words.writing.firstHint(spelledKey(COMMANDS.reply.key.press))}</p>}
      {interrupted ? <Action command={goOn} icon={<PenLine size={16} strokeWidth={1.7} aria-hidden />} strong /> : null}
      <Action command={reply} icon={<CornerDownLeft size={16} strokeWidth={1.7} aria-hidden />} strong={!interrupted} />
      {plan !== null && sendsText(plan) ? <Cost plan={plan} /> : null}
      <span className={css.sep} />
      {interrupted ? null : <Action command={goOn} icon={<PenLine size={16} strokeWidth={1.7} aria-hidden />} />}
      {alternates === null && retry.why !== null ? null : (
        <>
          <Action command={retry} icon={<RotateCcw size={16} strokeWidth={1.7} aria-hidden />} />
          <RetryCount />
        </>
      )}
      <AlternatesNav />
    </div>
  );
}

/** What Reply will cost, before its key is pressed. */
function Cost({ plan }: { readonly plan: PlannedReply }): ReactElement {
  const { toRead, total, forecast } = plan;
  const speed = forecast?.tokensPerSecond ?? null;
  const stats = useOpenChapter((chapter) => chapter.lastGeneration?.stats ?? null);
  const more = [
    words.writing.readAlready(total - toRead),
    ...(speed === null ? [] : [words.writing.thenWrites(tokensPerSecond(speed))]),
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
  readonly icon?: ReactNode;
  readonly strong?: boolean;
}

function Action({ command, icon, strong = false }: ActionProps): ReactElement {
  return (
    <button
      type="button"
      className={strong ? `${css.action} ${css.go}` : css.action}
      aria-label={command.name}
      aria-disabled={command.why === null ? undefined : true}
      title={command.why ?? command.keys ?? undefined}
      onClick={() => {
        if (command.why === null) command.run();
      }}
    >
      {icon}
      {command.name}
      {strong && command.keys !== null ? <kbd aria-hidden="true">{command.keys}</kbd> : null}
    </button>
  );
}
