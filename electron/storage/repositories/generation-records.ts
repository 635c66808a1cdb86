import type { GenerationStart, GenerationStats, ReplyKind, StopReason } from '../../../shared/contract/writing.ts';
import type { StoryNote } from '../../../shared/contract/notes.ts';
import type { Cut, Ledger, PromptFormat } from '../../../shared/prompt/types.ts';
import type { Sampling } from '../../../shared/settings/sampling.ts';
import { spaceBetween } from '../../../shared/text/space-between.ts';
import type { LeftOut } from '../../../shared/text/whole-sentences.ts';
import { saveCandidates } from './reply-candidates.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, run, tables } from '../core/query.ts';
import { markSent } from './note-records.ts';
import { closeRevision, headHash } from './revisions.ts';
import { journalChecksum, needChapter, needLivingChapter, needTurn, saveTurn } from '../core/rows.ts';
import type { GenerationRow, JournalRow } from '../core/schema.ts';
import { takeBack, type Made, type Undone } from './take-back.ts';
import { splitsCharacter, turnText } from './turns.ts';
import { insertEdit } from './write-turns.ts';
import { leftOutOf, textWhenEnded, withoutRest } from './left-out.ts';
import { timeAfter } from '../core/time-after.ts';

/** What a reply was made with, in the end: enough to make it again. */
export interface EffectiveSettings {
  readonly sampling: Sampling & { readonly seed: number };
  readonly format: string;
  /** The whole format, where it tells the date: that of another day is another one. */
  readonly datedFormat?: PromptFormat;
  readonly model: { readonly name: string; readonly sha256: string | null };
  readonly contextSize: number;
  /**
   * What was sent beside the turns of the story: in which place, when (ms), what of it is sent once, and a digest that
   * tells it from anything else. Left out where nothing was.
   */
  readonly beside?: {
    readonly place: string;
    readonly at: number;
    readonly once: readonly Pick<StoryNote, 'kind' | 'version'>[];
    readonly digest: string;
  };
  /** How its engine computed, in the engine's own terms. */
  readonly setup: Readonly<Record<string, unknown>>;
}
export type LedgerSummary = Pick<Ledger, 'total' | 'overhead' | 'reserve' | 'contextSize' | 'cut'>;

export interface Begin {
  readonly id: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly kind: GenerationRow['kind'];
  readonly offset: number;
  readonly sampling: EffectiveSettings['sampling'];
  /** Where a turn was made for it: what was shown in its place before. */
  readonly made: Made | null;
  /** Null where nobody asked: an alternate that follows by itself. */
  readonly asked: Asked | null;
}
/** What was asked for and answered: asked again, it is answered so again. */
export interface Asked {
  readonly kind: ReplyKind;
  readonly answer: GenerationStart;
}
export interface End {
  readonly generationId: string;
  readonly reason: StopReason;
  readonly stats: GenerationStats | null;
  /** What else could have been written, as candidate-record.ts records it. */
  readonly candidates: Uint8Array | null;
  /** A turn that was made for it, and that nothing was written into, goes again. */
  readonly takesBack?: boolean;
  /** Of one that was cut short, only whole sentences stay. */
  readonly endsAtSentence?: boolean;
}
export interface Ended {
  /** It was cut off: by a fault, or by the end of the studio itself. */
  readonly interrupted: boolean;
  readonly version: number;
  readonly hash: string;
  readonly offset: number;
  readonly text: string;
  /** What of `text` was left out of the turn when it had been stored whole. */
  readonly leftOut: LeftOut | null;
  readonly undone: Undone | null;
}
export interface EndedReply extends Ended {
  readonly reason: StopReason;
  readonly stats: GenerationStats | null;
  readonly sampling: EffectiveSettings['sampling'];
}
export interface Recovered {
  readonly generationId: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly offset: number;
  readonly text: string;
}
export interface Span {
  readonly turnId: string;
  readonly offset: number;
  readonly text: string;
}

const GENERATION_COLUMNS: readonly (keyof GenerationRow)[] = [
  'id',
  'chapter_id',
  'turn_id',
  'kind',
  'start_offset',
  'span_offset',
  'settings',
  'seed',
  'cut',
  'ledger',
  'stats',
  'reason',
  'started_at',
  'ended_at',
  'span_length',
  'end_version',
  'made',
  'asked',
  'undone',
];
const insertGeneration = query((p: GenerationRow) =>
  tables.insertInto('generations').values(columns(p, GENERATION_COLUMNS)),
);
const generationById = query((p: { id: string }) =>
  tables.selectFrom('generations').selectAll().where('id', '=', p.id),
);
const running = query(() => tables.selectFrom('generations').selectAll().where('ended_at', 'is', null));
const setPlan = query((p: Pick<GenerationRow, 'id' | 'settings' | 'seed' | 'cut' | 'ledger'>) =>
  tables
    .updateTable('generations')
    .set(columns(p, ['settings', 'seed', 'cut', 'ledger']))
    .where('id', '=', p.id),
);
const END_COLUMNS = ['reason', 'stats', 'ended_at', 'span_offset', 'span_length', 'end_version', 'undone'] as const;
const setEnd = query((p: Pick<GenerationRow, 'id' | (typeof END_COLUMNS)[number]>) =>
  tables.updateTable('generations').set(columns(p, END_COLUMNS)).where('id', '=', p.id),
);
const cutsOf = query((p: { chapterId: string }) =>
  tables
    .selectFrom('generations')
    .select(['turn_id', 'cut', 'ledger'])
    .where('chapter_id', '=', p.chapterId)
    .where('ledger', 'is not', null)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc'),
);
const newestOf = query((p: { chapterId: string }) =>
  tables
    .selectFrom('generations')
    .select((e) => e.fn.max('started_at').as('at'))
    .where('chapter_id', '=', p.chapterId),
);
const insertJournal = query((p: JournalRow) =>
  tables
    .insertInto('journal')
    .values(columns(p, ['generation_id', 'seq', 'text', 'checksum']))
    .onConflict((e) => e.doNothing()),
);
const journalOf = query((p: { id: string }) =>
  tables.selectFrom('journal').select('text').where('generation_id', '=', p.id).orderBy('seq'),
);
const deleteJournal = query((p: { id: string }) => tables.deleteFrom('journal').where('generation_id', '=', p.id));

export function beginGeneration(db: WritableDB, begin: Begin): void {
  transaction(db, () => {
    needLivingChapter(db, begin.chapterId);
    const turn = needTurn(db, begin.turnId);
    const asked = Math.min(begin.offset, turn.length);
    const offset = splitsCharacter(db, turn.id, asked) ? asked - 1 : asked;
    run(db, insertGeneration, {
      id: begin.id,
      chapter_id: begin.chapterId,
      turn_id: begin.turnId,
      kind: begin.kind,
      start_offset: offset,
      span_offset: offset,
      settings: JSON.stringify({ sampling: begin.sampling }),
      seed: begin.sampling.seed,
      cut: null,
      ledger: null,
      stats: null,
      reason: null,
      started_at: timeAfter(first(db, newestOf, { chapterId: begin.chapterId })?.at),
      ended_at: null,
      span_length: null,
      end_version: null,
      made: begin.made && JSON.stringify(begin.made),
      asked: begin.asked && JSON.stringify(begin.asked),
      undone: null,
    });
  });
}

/** A reply that is known by this id, whatever became of it; `asked` is null where nobody asked for it. */
export function replyById(db: ReadableDB, id: string): { chapterId: string; asked: Asked | null } | null {
  const row = first(db, generationById, { id });
  return row
    ? { chapterId: row.chapter_id, asked: row.asked === null ? null : (JSON.parse(row.asked) as Asked) }
    : null;
}

/** Stores what it is written with, and what the prompt held, once that is planned; its cut above all. */
export function recordPlan(
  db: WritableDB,
  generationId: string,
  settings: EffectiveSettings,
  ledger: LedgerSummary,
): void {
  const { total, overhead, reserve, contextSize, cut } = ledger;
  transaction(db, () => {
    run(db, setPlan, {
      id: generationId,
      settings: JSON.stringify(settings),
      seed: settings.sampling.seed,
      cut: cut && JSON.stringify(cut),
      ledger: JSON.stringify({ total, overhead, reserve, contextSize }),
    });
    const { beside } = settings;
    if (beside === undefined || beside.once.length === 0) return;
    const chapter = needChapter(db, needTurn(db, spanOf(db, generationId).turnId).chapter_id);
    markSent(db, chapter.story_id, beside.place, beside.once);
  });
}

/**
 * Where the window of this branch began last: that of the newest planned generation in one of these turns.
 * Null when the context has become larger since, so that it is filled again.
 */
export function lastCut(db: ReadableDB, chapterId: string, path: ReadonlySet<string>, contextSize: number): Cut | null {
  const newest = all(db, cutsOf, { chapterId }).find((row) => path.has(row.turn_id));
  if (!newest?.cut || !newest.ledger) return null;
  const planned = JSON.parse(newest.ledger) as Pick<LedgerSummary, 'contextSize'>;
  return contextSize > planned.contextSize ? null : (JSON.parse(newest.cut) as Cut);
}

/** Adds text of a running generation, in whole characters; the same seq again does nothing. */
export function appendJournal(db: WritableDB, generationId: string, seq: number, text: string): void {
  const row: JournalRow = { generation_id: generationId, seq, text: text.toWellFormed(), checksum: 0 };
  transaction(db, () => run(db, insertJournal, { ...row, checksum: journalChecksum(row) }));
}

/** The streaming span as it is journaled. `offset` counts in the turn's text without the span. */
export function spanOf(db: ReadableDB, generationId: string): Span {
  const row = needGeneration(db, generationId);
  return { turnId: row.turn_id, offset: row.span_offset, text: journaled(db, generationId) };
}

/** Puts the journaled span into its turn as one edit and closes a revision. */
export function endGeneration(db: WritableDB, end: End): Ended {
  return transaction(db, () => fold(db, needGeneration(db, end.generationId), end, 'reply'));
}

/**
 * How a reply ended, as long as nothing changed its turn since; else its text is not to be told apart from what came
 * later.
 */
export function endedReply(db: ReadableDB, generationId: string): EndedReply | null {
  const row = first(db, generationById, { id: generationId });
  if (row?.ended_at == null || row.span_length === null) return null;
  const turn = needTurn(db, row.turn_id);
  const text = turnText(db, turn.id);
  const whole = turn.version === row.end_version ? text : textWhenEnded(db, row);
  if (whole === null) return null;
  const leftOut = whole === text ? null : leftOutOf(whole, row.span_offset, row.span_length);
  if (withoutRest(whole, leftOut) !== text) return null;
  const { sampling } = JSON.parse(row.settings) as Pick<EffectiveSettings, 'sampling'>;
  return {
    reason: row.reason as StopReason,
    stats: row.stats === null ? null : (JSON.parse(row.stats) as GenerationStats),
    sampling,
    interrupted: turn.interrupted === 1,
    version: turn.version,
    hash: headHash(db, turn),
    offset: row.span_offset,
    text: whole.slice(row.span_offset, row.span_offset + row.span_length),
    leftOut,
    undone: row.undone === null ? null : (JSON.parse(row.undone) as Undone),
  };
}

/** After a crash: what was journaled becomes ordinary text of turns that say they were interrupted. */
export function recoverInterrupted(db: WritableDB): Recovered[] {
  return transaction(db, () =>
    all(db, running, {}).map((row) => {
      const { offset, text } = fold(
        db,
        row,
        { generationId: row.id, reason: 'error', stats: null, candidates: null, takesBack: true },
        'recovered',
      );
      return { generationId: row.id, chapterId: row.chapter_id, turnId: row.turn_id, offset, text };
    }),
  );
}

function fold(db: WritableDB, row: GenerationRow, end: End, closedAs: 'reply' | 'recovered'): Ended {
  if (row.ended_at !== null) throw failure('ENDED', {});
  closeRevision(db, row.turn_id, 'generation');
  const reply = journaled(db, row.id);
  const undone = end.takesBack === true && reply === '' ? takeBack(db, row) : null;
  const interrupted = end.reason === 'error' && undone === null;
  const turn = needTurn(db, row.turn_id);
  const offset = Math.min(row.span_offset, turn.length);
  // A page may have more of a reply that broke off: it would not know its own text in one with a space behind it.
  const isWhole = reply !== '' && end.reason !== 'error' && offset < turn.length;
  const text = reply + (isWhole ? spaceBetween(reply, turnText(db, turn.id).slice(offset)) : '');
  if (text !== '') insertEdit(db, { turnId: turn.id, version: turn.version, at: offset, del: 0, ins: text });
  saveTurn(db, turn, {
    version: turn.version + (text === '' ? 0 : 1),
    length: turn.length + text.length,
    open: text === '' ? turn.open : 1,
    interrupted: Number(interrupted),
  });
  closeRevision(db, row.turn_id, closedAs);
  run(db, deleteJournal, { id: row.id });
  if (end.candidates !== null) saveCandidates(db, row.id, end.candidates);
  const ended = needTurn(db, row.turn_id);
  run(db, setEnd, {
    id: row.id,
    reason: end.reason,
    stats: end.stats && JSON.stringify(end.stats),
    ended_at: Date.now(),
    span_offset: offset,
    span_length: text.length,
    end_version: ended.version,
    undone: undone && JSON.stringify(undone),
  });
  const isCut = end.endsAtSentence === true && (end.reason === 'length' || end.reason === 'window');
  const leftOut = isCut ? leftOutOf(turnText(db, turn.id), offset, text.length) : null;
  if (leftOut !== null) leaveOut(db, turn.id, leftOut);
  const after = needTurn(db, row.turn_id);
  return { interrupted, version: after.version, hash: headHash(db, after), offset, text, leftOut, undone };
}

/** An edit of its own: the turn's history has the whole reply. */
function leaveOut(db: WritableDB, turnId: string, { at, text }: LeftOut): void {
  const turn = needTurn(db, turnId);
  insertEdit(db, { turnId, version: turn.version, at, del: text.length, ins: '' });
  saveTurn(db, turn, { version: turn.version + 1, length: turn.length - text.length, open: 1 });
  closeRevision(db, turnId, 'reply');
}

function journaled(db: ReadableDB, id: string): string {
  return all(db, journalOf, { id })
    .map((row) => row.text)
    .join('');
}

function needGeneration(db: ReadableDB, id: string): GenerationRow {
  const row = first(db, generationById, { id });
  if (!row) throw failure('NO_GENERATION', {});
  return row;
}
