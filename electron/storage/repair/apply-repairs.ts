import { hash } from 'node:crypto';
import { countWords } from '../../../shared/document/count-words.ts';
import { turnHash } from '../core/checksum.ts';
import { transaction, type WritableDB } from '../core/handle.ts';
import { all, columns, query, run, tables } from '../core/query.ts';
import { findTurn, needChapter, needStory, putChapter, putStory, putTurn, turnChecksum } from '../core/rows.ts';
import type { EditRow, RevisionRow, TurnRow } from '../core/schema.ts';
import { putRevision } from '../repositories/revisions.ts';
import { removeJob } from '../repositories/job-records.ts';
import { recount } from '../repositories/word-counts.ts';
import { alone, withoutForeignKeys } from './alone.ts';
import { ifReadable } from './if-readable.ts';
import type { Repairs } from './find-repairs.ts';
import { mendKeys } from './mend-keys.ts';
import { stampOf, type TurnRepair } from './turn-repair.ts';
import { isSoundTurn, newestEntry, rowsOf, wholeText, type TurnRows } from './turn-rows.ts';

const chapterIds = query(() => tables.selectFrom('chapters').select('id'));
const turnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId),
);
const deleteRevisions = query((p: { turnId: string }) =>
  tables.deleteFrom('revisions').where('turn_id', '=', p.turnId),
);
const deleteEdits = query((p: { turnId: string }) => tables.deleteFrom('edits').where('turn_id', '=', p.turnId));
const insertEdit = query((p: EditRow) =>
  tables.insertInto('edits').values(columns(p, ['turn_id', 'version', 'at', 'del', 'ins', 'checksum'])),
);

/** How many turns are as they were saved again, and how many have an older text now. */
export interface Applied {
  readonly exact: readonly string[];
  readonly older: readonly string[];
}

/**
 * Repairs as one step; a kill leaves all of it or nothing. A turn that has changed since it was looked into is left
 * alone.
 */
export function applyRepairs(db: WritableDB, repairs: Repairs): Applied {
  return withoutForeignKeys(db, () =>
    transaction(db, () => {
      for (const id of repairs.jobs) alone(db, () => removeJob(db, id));
      for (const { before, row } of repairs.stories) alone(db, () => putStory(db, needStory(db, before.id), row));
      for (const { before, row } of repairs.chapters) alone(db, () => putChapter(db, needChapter(db, before.id), row));
      const done = repairs.turns.filter((repair) => repairAndRead(db, repair));
      const chapters = new Set([...repairs.recounted, ...done.map(({ rows }) => rows.turn.chapter_id)]);
      forgetRead(db, done);
      for (const id of chapters) alone(db, () => recount(db, id));
      const idsOf = (outcome: TurnRepair['outcome']): string[] =>
        done.flatMap((repair) => (repair.outcome === outcome ? [repair.turnId] : []));
      return { exact: idsOf('exact'), older: idsOf('older') };
    }),
  );
}

/**
 * Makes all indexes anew of their tables, once the rows that only they lead to have their keys back. Where the tables
 * are damaged themselves, or a text that could be read could not be read then, everything stays as it is. Answers with
 * the turns that have a row back.
 */
export function renewIndexes(db: WritableDB): readonly string[] {
  const mended = withoutForeignKeys(db, () =>
    transaction(db, () => {
      const texts = wholeTexts(db);
      const keeping = <T>(act: () => T): T | null =>
        alone(db, () => {
          const done = act();
          assertKept(texts, wholeTexts(db));
          return done;
        });
      const found = keeping(() => mendKeys(db)) ?? [];
      keeping(() => db.sqlite.exec('REINDEX'));
      return [...new Set(found)];
    }),
  );
  db.texts.clear();
  for (const id of mended) db.damagedTurns.delete(id);
  forgetRead(db, []);
  return mended;
}

/** With the turns that were whole as soon as they had a row back. */
export const withMended = ({ exact, older }: Applied, mended: readonly string[]): Applied => ({
  exact: [...exact, ...mended.filter((id) => !exact.includes(id) && !older.includes(id))],
  older,
});

/** Every text that is as it was saved, by its hash, as a page finds it. */
function wholeTexts(db: WritableDB): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { id: chapterId } of ifReadable(() => all(db, chapterIds, {})) ?? [])
    for (const turn of ifReadable(() => all(db, turnsOf, { chapterId })) ?? []) {
      const text = ifReadable(() => wholeText(rowsOf(db, turn))) ?? null;
      if (text !== null) texts.set(turn.id, hash('sha256', text));
    }
  return texts;
}

function assertKept(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  for (const [id, text] of before) if (after.get(id) !== text) throw new Error(`The text of ${id} would be lost.`);
}

/** What was known of them is read anew. */
function forgetRead(db: WritableDB, repairs: readonly TurnRepair[]): void {
  for (const { turnId } of repairs) db.damagedTurns.delete(turnId);
  if (repairs.length > 0) db.texts.clear();
  db.shownPaths.clear();
  db.counters.clear();
}

/** Whether that could be done and reads as it should; where not, the turn is left as it was. */
function repairAndRead(db: WritableDB, repair: TurnRepair): boolean {
  return (
    alone(db, () => {
      if (!repairTurn(db, repair) || !readsBack(db, repair))
        throw new Error(`${repair.turnId} is not as it should be.`);
      return true;
    }) ?? false
  );
}

function readsBack(db: WritableDB, { turnId, text }: TurnRepair): boolean {
  const turn = findTurn(db, turnId);
  const rows = turn === undefined ? null : rowsOf(db, turn);
  return rows !== null && isSoundTurn(rows.turn) && wholeText(rows) === text;
}

/** Whether it was still as it was found. */
function repairTurn(db: WritableDB, { turnId, stamp, outcome, rows, lost, text, had }: TurnRepair): boolean {
  const before = findTurn(db, turnId);
  if (before === undefined || stampOf(rowsOf(db, before)) !== stamp) return false;
  run(db, deleteRevisions, { turnId });
  run(db, deleteEdits, { turnId });
  const { turn } = rows;
  const history = [...rows.revisions.map((row) => marked(row, turn, lost)), ...missing(rows, lost)];
  for (const row of history) putRevision(db, row);
  const last = Math.max(0, ...history.map(({ seq }) => seq));
  const entry = entryOf(turn, last + 1);
  const saved = newestEntry(rows);
  if (outcome === 'exact') for (const edit of rows.edits) run(db, insertEdit, edit);
  if (outcome === 'exact' && (had === text || saved === null)) {
    putTurn(db, before, turn);
    return true;
  }
  putRevision(db, { ...entry, body: had, length: had.length, hash: hashOf(turn, had), reason: 'damaged' });
  if (outcome === 'exact' && saved !== null) {
    // The same entry once more, behind what the disk had: its version and its hash stay.
    const { version, role, speaker, text: body, at } = saved;
    const again = { ...entry, seq: last + 2, version, role, speaker, body, length: body.length, created_at: at };
    putRevision(db, { ...again, hash: turnHash(role, speaker, body), reason: 'repaired' });
    const row = { ...turn, full_seq: again.seq, head_seq: again.seq };
    putTurn(db, before, { ...row, checksum: turnChecksum(row) });
    return true;
  }
  const version = turn.version + 1;
  const good = { ...entry, seq: last + 2, version, body: text, length: text.length, hash: hashOf(turn, text) };
  putRevision(db, { ...good, reason: 'repaired' });
  const { seq } = good;
  const row = { ...turn, version, length: text.length, words: countWords(text), open: 0, full_seq: seq, head_seq: seq };
  putTurn(db, before, { ...row, checksum: turnChecksum(row) });
  return true;
}

const hashOf = ({ role, speaker }: TurnRow, text: string): string => turnHash(role, speaker, text);

const entryOf = ({ id, version, role, speaker }: TurnRow, seq: number): RevisionRow => ({
  turn_id: id,
  seq,
  version,
  kind: 'full',
  role,
  speaker,
  body: '',
  length: 0,
  hash: '',
  reason: 'damaged',
  created_at: Date.now(),
  checksum: 0,
});

/** What the disk has made of an entry stays, and says so; of its other columns what they can be. */
function marked(row: RevisionRow, turn: TurnRow, lost: readonly number[]): RevisionRow {
  if (!lost.includes(row.seq)) return row;
  const { kind, version, created_at: at } = row;
  const body: unknown = row.body;
  return {
    ...entryOf(turn, row.seq),
    kind: kind === 'patch' ? kind : 'full',
    body: typeof body === 'string' ? body : '',
    version: Number.isSafeInteger(version) ? version : 0,
    created_at: Number.isSafeInteger(at) ? at : 0,
  };
}

/** Entries of which nothing is left. */
const missing = ({ revisions, turn }: TurnRows, lost: readonly number[]): RevisionRow[] =>
  lost
    .filter((seq) => !revisions.some((row) => row.seq === seq))
    .map((seq) => ({ ...entryOf(turn, seq), version: 0, created_at: 0 }));
