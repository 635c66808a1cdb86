import type { TreeTurn } from '../../../shared/document/turn.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { WritableDB } from '../core/handle.ts';
import { columns, query, run, tables } from '../core/query.ts';
import { removalTime } from '../core/counters.ts';
import { startHistory } from './revisions.ts';
import { editChecksum, addTurn, findTurn, saveTurn } from '../core/rows.ts';
import type { EditRow, TurnRow } from '../core/schema.ts';
import type { StoredTurns } from './stored-turns.ts';
import type { Edit } from './texts.ts';

const addEdit = query((p: EditRow) =>
  tables.insertInto('edits').values(columns(p, ['turn_id', 'version', 'at', 'del', 'ins', 'checksum'])),
);

/** Writes what a change has made of turns of a chapter. `lengths`: of texts that edits changed. */
export function storeTurns(
  db: WritableDB,
  chapterId: string,
  turns: StoredTurns,
  lengths: ReadonlyMap<string, number>,
): void {
  for (const [id, turn] of turns.changed) {
    const row = turns.stored(id);
    if (row) rewrite(db, turn, row, lengths.get(id));
    else createTurn(db, chapterId, turn);
  }
}

export function createTurn(db: WritableDB, chapterId: string, turn: TreeTurn): void {
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
    removed_at: turn.tombstone ? removalTime(db) : null,
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

function rewrite(db: WritableDB, turn: TreeTurn, row: TurnRow, length: number | undefined): void {
  const spoken = turn.role !== row.role || turn.speaker !== row.speaker;
  saveTurn(db, row, {
    ...treeColumns(turn),
    length: length ?? row.length,
    open: length !== undefined || spoken ? 1 : row.open,
    removed_at: turn.tombstone ? (row.removed_at ?? removalTime(db)) : null,
  });
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
