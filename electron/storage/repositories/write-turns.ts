import type { TreeTurn, TurnTree } from '../../../shared/document/turn.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { WritableDB } from '../core/handle.ts';
import { columns, query, run, tables } from '../core/query.ts';
import { removalTime } from '../core/removal-time.ts';
import { startHistory } from './revisions.ts';
import { editChecksum, addTurn, findTurn, needTurn, saveTurn, saveTurnText } from '../core/rows.ts';
import type { EditRow, TurnRow } from '../core/schema.ts';
import type { Edit } from './texts.ts';

const addEdit = query((p: EditRow) =>
  tables.insertInto('edits').values(columns(p, ['turn_id', 'version', 'at', 'del', 'ins', 'checksum'])),
);

/**
 * Writes what differs between two trees of a chapter, and answers with the ids of those turns. `lengths`: of texts
 * that edits changed.
 */
export function storeTurns(
  db: WritableDB,
  chapterId: string,
  before: TurnTree,
  after: TurnTree,
  lengths: ReadonlyMap<string, number>,
): string[] {
  const touched: string[] = [];
  const removedAt = removalTimes(db);
  for (const [id, turn] of after.turns) {
    const old = before.turns.get(id);
    if (old === turn) continue;
    touched.push(id);
    if (old) rewrite(db, turn, old, { length: lengths.get(id), removedAt });
    else createTurn(db, chapterId, turn, removedAt);
  }
  return touched;
}

/** The times of what one change removes, one after the other. */
function removalTimes(db: WritableDB): () => number {
  let last: number | null = null;
  return () => (last = last === null ? removalTime(db) : last + 1);
}

export function createTurn(db: WritableDB, chapterId: string, turn: TreeTurn, removedAt = removalTimes(db)): void {
  if (findTurn(db, turn.id)) throw failure('TURN_TAKEN', { turnId: turn.id });
  const text = turn.text ?? '';
  const row: TurnRow = {
    id: turn.id,
    chapter_id: chapterId,
    ...treeColumns(turn),
    ord: turn.order,
    length: text.length,
    words: countWords(text),
    open: 0,
    full_seq: 1,
    head_seq: 1,
    removed_at: turn.tombstone ? removedAt() : null,
    checksum: 0,
  };
  addTurn(db, row);
  startHistory(db, row, text);
  db.texts.put(turn.id, text);
}

/** Adds an edit to the open log of its turn, under the version that it makes. */
export function insertEdit(db: WritableDB, edit: Edit & { readonly turnId: string; readonly version: number }): void {
  const row: EditRow = {
    turn_id: edit.turnId,
    version: edit.version + 1,
    at: edit.at,
    del: edit.del,
    ins: edit.ins,
    checksum: 0,
  };
  run(db, addEdit, { ...row, checksum: editChecksum(row) });
  db.texts.edit(edit.turnId, edit);
}

interface Rewritten {
  readonly length: number | undefined;
  readonly removedAt: () => number;
}

function rewrite(db: WritableDB, turn: TreeTurn, old: TreeTurn, { length, removedAt }: Rewritten): void {
  const row = needTurn(db, turn.id);
  const spoken = turn.role !== old.role || turn.speaker !== old.speaker;
  const next = {
    ...row,
    ...treeColumns(turn),
    length: length ?? row.length,
    open: length !== undefined || spoken ? 1 : row.open,
  };
  if (row.open === next.open && onlyTextChanged(turn, old)) saveTurnText(db, next);
  else saveTurn(db, { ...next, removed_at: turn.tombstone ? (row.removed_at ?? removedAt()) : null });
}

function onlyTextChanged(turn: TreeTurn, old: TreeTurn): boolean {
  return (
    turn.parentId === old.parentId &&
    turn.activeChildId === old.activeChildId &&
    turn.role === old.role &&
    turn.speaker === old.speaker &&
    turn.marked === old.marked &&
    turn.interrupted === old.interrupted &&
    turn.tombstone === old.tombstone
  );
}

function treeColumns(turn: TreeTurn) {
  return {
    parent_id: turn.parentId,
    active_child_id: turn.activeChildId,
    role: turn.role,
    speaker: turn.speaker,
    marked: Number(turn.marked),
    version: turn.version,
    interrupted: Number(turn.interrupted),
    removed_seq: turn.tombstone?.seq ?? null,
    removed_children: turn.tombstone ? JSON.stringify(turn.tombstone.children) : null,
    removed_was_active: turn.tombstone ? Number(turn.tombstone.wasActive) : null,
  };
}
