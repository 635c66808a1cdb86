import { turnHash } from '../core/checksum.ts';
import { shownWordsWith } from './shown-turns.ts';
import { wordsAdded } from './word-counts.ts';
import { writingTime } from '../core/counters.ts';
import { PAGE_SIZE } from '../core/page-size.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, run, tables } from '../core/query.ts';
import { findTurn, needChapter, revisionChecksum, saveChapter, saveTurn } from '../core/rows.ts';
import { isStorageFault } from '../core/storage-fault.ts';
import type { RevisionRow, TurnRow } from '../core/schema.ts';
import { coalesce, type Edit } from './texts.ts';
import { editsOf, revisionTextOf, textOf, writePatch } from './turns.ts';

/** Of a repair: what the disk had, and what was put in its place. */
type Mended = 'damaged' | 'repaired';

/** Why a revision was closed. `start`: the turn's first; `reply`: text of the model; `recovered`: after a crash. */
export type RevisionReason = 'start' | 'rest' | 'blur' | 'generation' | 'close' | 'reply' | 'recovered' | Mended;

const FULL_EVERY = 32;
const REVISION_COLUMNS: readonly (keyof RevisionRow)[] = [
  'turn_id',
  'seq',
  'version',
  'kind',
  'role',
  'speaker',
  'body',
  'length',
  'hash',
  'reason',
  'created_at',
  'checksum',
];

const insertRevision = query((p: RevisionRow) => tables.insertInto('revisions').values(columns(p, REVISION_COLUMNS)));
const hashOf = query((p: { turnId: string; seq: number }) =>
  tables.selectFrom('revisions').select('hash').where('turn_id', '=', p.turnId).where('seq', '=', p.seq),
);
const deleteEdits = query((p: { turnId: string }) => tables.deleteFrom('edits').where('turn_id', '=', p.turnId));
/** Of chapters that are there. */
const openTurns = query(() =>
  tables
    .selectFrom('turns')
    .select('id')
    .where('open', '=', 1)
    .where('chapter_id', 'in', (from) => from.selectFrom('chapters').select('id')),
);
const openTurnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').select('id').where('chapter_id', '=', p.chapterId).where('open', '=', 1),
);

/** Makes the open edits of a turn one entry of its history. Null if nothing is new. */
export function closeRevision(db: WritableDB, turnId: string, reason: RevisionReason): number | null {
  const closed = transaction(db, () => {
    const row = findTurn(db, turnId);
    if (!row || row.open === 0) return null;
    const text = textOf(db, row);
    // A hash of what the disk has made of it would call that whole; its edits stay as they are until it is repaired.
    if (db.damagedTurns.has(turnId)) return null;
    const hash = turnHash(row.role, row.speaker, text);
    const changed = hash !== headHash(db, row);
    const edits = coalesce(editsOf(db, turnId));
    const added = wordsAdded(revisionTextOf(db, row), edits);
    const chapter = needChapter(db, row.chapter_id);
    const words = shownWordsWith(db, chapter, turnId, added);
    const next = changed ? addRevision(db, row, edits, text, hash, reason) : row;
    run(db, deleteEdits, { turnId });
    saveTurn(db, row, { ...next, open: 0, words: row.words + added });
    saveChapter(db, chapter, { words, written_at: writingTime(db) });
    return changed ? next.head_seq : null;
  });
  if (closed !== null) shortenLog(db);
  return closed;
}

export function closeChapter(db: WritableDB, chapterId: string, reason: RevisionReason): void {
  for (const { id } of all(db, openTurnsOf, { chapterId })) closeRevision(db, id, reason);
}

export function closeAll(db: WritableDB, reason: RevisionReason): void {
  for (const { id } of all(db, openTurns, {})) closeRevision(db, id, reason);
}

/** The first revision of a new turn. */
export function startHistory(db: WritableDB, row: TurnRow, text: string): void {
  writeRevision(db, { ...row, head_seq: 1, full_seq: 1 }, text, turnHash(row.role, row.speaker, text), 'start');
}

export function headHash(db: ReadableDB, row: TurnRow): string {
  return first(db, hashOf, { turnId: row.id, seq: row.head_seq })?.hash ?? '';
}

function addRevision(
  db: WritableDB,
  row: TurnRow,
  edits: readonly Edit[],
  text: string,
  hash: string,
  reason: RevisionReason,
): TurnRow {
  const seq = row.head_seq + 1;
  const patch = writePatch(edits);
  const full = seq - row.full_seq >= FULL_EVERY || patch.length >= text.length;
  const next = { ...row, head_seq: seq, full_seq: full ? seq : row.full_seq };
  writeRevision(db, next, full ? text : patch, hash, reason, row.length);
  return next;
}

function writeRevision(
  db: WritableDB,
  row: TurnRow,
  body: string,
  hash: string,
  reason: RevisionReason,
  length = body.length,
): void {
  const revision = {
    turn_id: row.id,
    seq: row.head_seq,
    version: row.version,
    kind: row.full_seq === row.head_seq ? ('full' as const) : ('patch' as const),
    role: row.role,
    speaker: row.speaker,
    body,
    length,
    hash,
    reason,
    created_at: Date.now(),
    checksum: 0,
  };
  putRevision(db, revision);
}

export function putRevision(db: WritableDB, revision: RevisionRow): void {
  run(db, insertRevision, { ...revision, checksum: revisionChecksum(revision) });
}

const LONGEST_LOG = 1_000_000;

/**
 * Puts a long write-ahead log back into the store while nobody waits for a key. A disk that is too full for it costs
 * nothing: what was written stays in the log.
 */
function shortenLog(db: WritableDB): void {
  if (db.sqlite.inTransaction || !db.answers()) return;
  try {
    const [state] = db.sqlite.pragma('wal_checkpoint(PASSIVE)') as { readonly log: number }[];
    if ((state?.log ?? 0) * PAGE_SIZE > LONGEST_LOG) db.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isStorageFault(error)) throw error;
  }
}
