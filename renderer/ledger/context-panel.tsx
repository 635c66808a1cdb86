import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo, useState, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { NOTE_KINDS, type NoteKind } from '../../shared/contract/notes.ts';
import type { Field, Ledger, Segment } from '../../shared/prompt/types.ts';
import { useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { useEngine } from '../models/engine-status.ts';
import { count } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import type { ChapterController } from '../chapter/controller.ts';
import { showNote } from '../notes/open-notes.ts';
import { barsOf, isNarrow, sendsText, sumsOf, turnIdOf, type BarKind } from './bars.ts';
import { usePlan } from './plan.ts';
import { RoleMark } from './role-mark.tsx';
import { isFold, rowsOf, tokensOf, type Fold } from './folds.ts';
import ui from '../ui/ui.module.css';
import css from './ledger.module.css';

const LEGEND: readonly BarKind[] = ['system', 'user', 'model', 'reserve', 'free'];

/** The ledger: what of the story the next reply is made from, turn by turn. */
export function ContextPanel(): ReactElement {
  const { ledger, fault, old } = usePlan();
  const controller = useWorkspace((workspace) => workspace.controller);
  const isNoStory = useWorkspace((workspace) => workspace.place === null);
  // Why a model does not run is said where that matters: below the turn, or under Model.
  const running = useEngine((engine) => engine.state === 'ready' || engine.state === 'generating');
  return (
    <section className={css.context} aria-label={words.ledger.context}>
      <h2>
        {words.ledger.context}
        {ledger === null ? null : (
          <small className="num">
            {words.ledger.ofContext(sendsText(ledger) ? ledger.total : 0, ledger.contextSize)}
          </small>
        )}
      </h2>
      {fault === null || !running ? null : (
        <p className={ui.fault} role="alert">
          {sentenceOf(fault)}
        </p>
      )}
      {old ? <p className={ui.quiet}>{words.ledger.oldPlan}</p> : null}
      {ledger === null ? (
        fault === null || !running ? (
          <p className={ui.quiet}>
            {isNoStory ? words.ledger.nothingSent : running ? words.ledger.planSoon : words.ledger.noPlan}
          </p>
        ) : null
      ) : (
        <LedgerView ledger={ledger} controller={controller} />
      )}
    </section>
  );
}

interface ViewProps {
  readonly ledger: Ledger;
  readonly controller: ChapterController | null;
}

function LedgerView({ ledger, controller }: ViewProps): ReactElement {
  const caret = useOpenChapter((chapter) => chapter.caretTurnId);
  // The excerpts are read from the page: they follow its text.
  useOpenChapter((chapter) => chapter.words);
  const bars = barsOf(ledger);
  const sums = sumsOf(bars);
  const said = ledger.segments.filter((segment) => segment.reason !== 'empty');
  const lastTurn = said.findLast((segment) => segment.source.kind === 'turn');
  return (
    <>
      <div className={css.stack} aria-hidden="true" onMouseLeave={() => controller?.highlightTurn(null)}>
        {bars.map((bar, index) => (
          <i
            key={bar.turnId ?? index}
            className={css.seg}
            data-kind={bar.kind}
            style={{ flexGrow: bar.tokens }}
            title={`${words.ledger.legend[bar.kind]}: ${words.common.tokens(bar.tokens)}`}
            onMouseEnter={() => controller?.highlightTurn(bar.turnId)}
            onClick={() => {
              if (bar.turnId !== null) controller?.revealTurn(bar.turnId);
            }}
          />
        ))}
      </div>
      <p className={css.legend} aria-hidden="true">
        {LEGEND.map((kind) => (
          <span key={kind} title={words.common.tokens(sums.get(kind) ?? 0)}>
            <i className={css.seg} data-kind={kind} />
            {words.ledger.legend[kind]}
          </span>
        ))}
      </p>
      {isNarrow(ledger) ? <p className={ui.fault}>{words.ledger.littleRoom(ledger.room)}</p> : null}
      <LastRead />
      {said.length === 0 ? <p className={ui.quiet}>{words.ledger.nothingSent}</p> : null}
      <ul className={css.entries} role="list" onMouseLeave={() => controller?.highlightTurn(null)}>
        {rowsOf(said).map((row, index) =>
          isFold(row) ? (
            <Folded key={`${row.kind} ${String(index)}`} fold={row} caret={caret} controller={controller} />
          ) : (
            <Entry
              key={row.source.id}
              segment={row}
              excerpt={excerptOf(row, controller)}
              heldBack={row === lastTurn ? ledger.heldBack : ''}
              on={turnIdOf(row) === caret}
              controller={controller}
            />
          ),
        )}
      </ul>
      {ledger.overhead > 0 && said.length > 0 ? (
        <p className={`${css.entry} ${css.overhead}`}>
          <i className={css.seg} data-kind="overhead" />
          {words.ledger.overhead}
          <small className="num">{count(ledger.overhead)}</small>
        </p>
      ) : null}
      {ledger.date !== null && said.length > 0 ? (
        <p className={`${ui.quiet} ${css.told}`}>{words.ledger.date(ledger.date)}</p>
      ) : null}
    </>
  );
}

function excerptOf(segment: Segment, controller: ChapterController | null): string {
  const turnId = turnIdOf(segment);
  return turnId === null ? '' : (controller?.excerpt(turnId, 80) ?? '');
}

/** What the reply before cost: how much of its prompt was read, and how much was read already. */
function LastRead(): ReactElement | null {
  const stats = useOpenChapter((chapter) => chapter.lastGeneration?.stats ?? null);
  if (stats === null) return null;
  return (
    <p className={`${ui.quiet} ${css.told} num`}>
      {words.writing.lastRead(stats.promptTokens - stats.reusedTokens, stats.reusedTokens)}
    </p>
  );
}

interface FoldedProps {
  readonly fold: Fold;
  readonly caret: string | null;
  readonly controller: ChapterController | null;
}

/** Many turns in one line, which opens. */
function Folded({ fold, caret, controller }: FoldedProps): ReactElement {
  const [open, setOpen] = useState(false);
  const { kind, segments } = fold;
  const placement = kind === 'older' ? 'out' : 'in';
  const { tokens, isAll } = tokensOf(fold);
  const spoken = isAll ? words.common.tokens(tokens) : words.ledger.partlyCountedLong(tokens);
  return (
    <>
      <li data-placement={placement} data-on={(!open && segments.some((one) => turnIdOf(one) === caret)) || undefined}>
        <button type="button" className={css.entry} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
          <span className={css.entryText}>{words.ledger.folds[kind](segments.length)}</span>
          <span className="hidden">{`, ${spoken}, ${words.ledger.placements[placement]}`}</span>
          <small className="num" aria-hidden="true">
            {isAll ? count(tokens) : words.ledger.partlyCounted(tokens)}
          </small>
          {kind === 'older' ? (
            <span className={css.why}>{`${words.ledger.placements.out} · ${words.ledger.reasons.older ?? ''}`}</span>
          ) : null}
        </button>
      </li>
      {open
        ? segments.map((segment) => (
            <Entry
              key={segment.source.id}
              segment={segment}
              excerpt={excerptOf(segment, controller)}
              heldBack=""
              on={turnIdOf(segment) === caret}
              controller={controller}
            />
          ))
        : null}
    </>
  );
}

/** A text beside the turns: what it is called, and which note of the story it is, if it is one. */
function noteOf({ source }: Segment): { name: string; field: Field; kind: NoteKind | null } | null {
  if (source.kind !== 'note' || source.field === undefined) return null;
  const { field, of } = source;
  const called = words.ledger.fields[field];
  return {
    name: of === undefined ? called : words.ledger.fieldOf(called, of),
    field,
    kind: of === undefined ? (NOTE_KINDS.find((kind) => kind === field) ?? null) : null,
  };
}

interface EntryProps {
  readonly segment: Segment;
  readonly excerpt: string;
  readonly heldBack: string;
  readonly on: boolean;
  readonly controller: ChapterController | null;
}

const Entry = memo(function Entry({ segment, excerpt, heldBack, on, controller }: EntryProps): ReactElement {
  const turnId = turnIdOf(segment);
  const { role, placement, tokens } = segment;
  const note = noteOf(segment);
  const why = [
    note?.field === 'postHistory' ? words.ledger.alwaysLast : words.ledger.reasons[segment.reason],
    ...segment.changes.map((change) => words.ledger.changes[change]),
    heldBack === '' ? null : words.ledger.heldBack(heldBack),
  ]
    .filter((line) => line !== null)
    .join(' · ');
  const spoken = tokens === null ? words.ledger.uncountedLong : words.common.tokens(tokens);
  return (
    <li data-placement={placement} data-role={role} data-on={on || undefined}>
      <button
        type="button"
        className={css.entry}
        title={excerpt}
        onMouseEnter={() => controller?.highlightTurn(turnId)}
        onFocus={() => controller?.highlightTurn(turnId)}
        onBlur={() => controller?.highlightTurn(null)}
        onClick={() => {
          if (turnId !== null) controller?.revealTurn(turnId);
          if (note?.kind) showNote(note.kind);
        }}
      >
        <RoleMark role={role} />
        <span className={css.entryText} dir="auto">
          {note?.name ?? (excerpt === '' ? words.ledger.roles[role] : excerpt)}
        </span>
        <span className="hidden">{`, ${note === null ? `${words.ledger.roles[role]} (${words.ledger.roleTerms[role]}), ` : ''}${spoken}, ${words.ledger.placements[placement]}`}</span>
        <small className="num" aria-hidden="true">
          {tokens === null ? words.ledger.uncounted : count(tokens)}
        </small>
        {why === '' && placement === 'in' ? null : (
          <span className={css.why}>
            {placement === 'in' ? why : `${words.ledger.placements[placement]}${why === '' ? '' : ` · ${why}`}`}
          </span>
        )}
      </button>
    </li>
  );
});
