import type { Role } from '../../../shared/document/turn.ts';
import { turnHash } from '../core/checksum.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { editChecksum, revisionChecksum, turnChecksum } from '../core/rows.ts';
import type { EditRow, RevisionRow, TurnRow } from '../core/schema.ts';
import { splice } from '../repositories/texts.ts';
import { readPatch } from '../repositories/turns.ts';

/** All that a store has of a turn; `turn` may be damaged, as may the others. */
export interface TurnRows {
  readonly turn: TurnRow;
  readonly revisions: readonly RevisionRow[];
  readonly edits: readonly EditRow[];
}

/** A text that a turn is known to have had; `at`: when its revision was closed. */
export interface KnownText {
  readonly version: number;
  readonly role: Role;
  readonly speaker: string | null;
  readonly text: string;
  readonly at: number;
}

const revisionsOf = query((p: { turnId: string }) =>
  tables.selectFrom('revisions').selectAll().where('turn_id', '=', p.turnId).orderBy('seq'),
);
const editsOf = query((p: { turnId: string }) =>
  tables.selectFrom('edits').selectAll().where('turn_id', '=', p.turnId).orderBy('version'),
);

export const rowsOf = (db: ReadableDB, turn: TurnRow): TurnRows => ({
  turn,
  revisions: all(db, revisionsOf, { turnId: turn.id }),
  edits: all(db, editsOf, { turnId: turn.id }),
});

/** A damaged index finds the rows of another turn, which are whole. */
export const isSoundRevision = (row: RevisionRow, turnId: string): boolean =>
  revisionChecksum({ ...row, turn_id: turnId }) === row.checksum;
export const isSoundEdit = (row: EditRow, turnId: string): boolean =>
  editChecksum({ ...row, turn_id: turnId }) === row.checksum;
export const isSoundTurn = (row: TurnRow): boolean => turnChecksum(row) === row.checksum;

/**
 * The text of a turn as it was saved, and null where it is not certain to be that. It rests on no entry of the history
 * before its newest whole one. Whether the row of the turn is whole is asked elsewhere.
 */
export function wholeText({ turn, revisions, edits }: TurnRows): string | null {
  const base = revisions.filter(({ seq }) => seq >= turn.full_seq);
  const head = readHead(base, turn.id);
  if (head?.seq !== turn.head_seq || !edits.every((edit) => isSoundEdit(edit, turn.id))) return null;
  const text = edits.reduce(splice, head.text);
  return text.length === turn.length ? text : null;
}

/** The newest entry of a whole turn: what its open edits are edits of. */
export const newestEntry = ({ turn, revisions }: TurnRows): KnownText | null =>
  readHead(
    revisions.filter(({ seq }) => seq >= turn.full_seq),
    turn.id,
  );

interface Head extends KnownText {
  readonly seq: number;
}

/** The newest entry of a history that ends in whole entries only. */
function readHead(revisions: readonly RevisionRow[], turnId: string): Head | null {
  let head: Head | null = null;
  for (const row of revisions) {
    head = nextEntry(head, row, turnId);
    if (head === null) return null;
  }
  return head;
}

/** The entry after `before`, where it is whole and follows from it. */
function nextEntry(before: Head | null, row: RevisionRow, turnId: string): Head | null {
  if (!isSoundRevision(row, turnId) || row.reason === 'damaged') return null;
  if (row.kind === 'patch' && before?.seq !== row.seq - 1) return null;
  const text = row.kind === 'full' ? row.body : readPatch(row.body).reduce(splice, before?.text ?? '');
  if (turnHash(row.role, row.speaker, text) !== row.hash) return null;
  return { seq: row.seq, version: row.version, role: row.role, speaker: row.speaker, text, at: row.created_at };
}

/**
 * The newest text that this turn is certain to have had: of its history, with the edits since as far as each follows
 * the one before. Null where no entry is whole.
 */
export function newestKnown({ turn, revisions, edits }: TurnRows): KnownText | null {
  let newest: Head | null = null;
  let before: Head | null = null;
  for (const row of revisions) {
    before = nextEntry(before, row, turn.id);
    newest = before ?? newest;
  }
  if (newest === null || newest !== before) return newest;
  let known: KnownText = newest;
  for (const edit of edits) {
    if (!isSoundEdit(edit, turn.id) || edit.version !== known.version + 1) break;
    known = { ...known, version: edit.version, text: splice(known.text, edit) };
  }
  return known;
}

/** What can be read of a turn, as the page shows it. */
export function readableText({ turn, revisions, edits }: TurnRows): string {
  let text = '';
  try {
    for (const { seq, kind, body } of revisions)
      if (seq >= turn.full_seq) text = kind === 'full' ? body : readPatch(body).reduce(splice, text);
  } catch {
    // Nothing of that entry or behind it.
  }
  return edits.reduce(splice, text);
}
