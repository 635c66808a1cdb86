import type { TreeTurn, TurnTree } from '../../../shared/document/turn.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { turnHash } from '../core/checksum.ts';
import { editChecksum, needChapter, needTurn, revisionChecksum, turnChecksum } from '../core/rows.ts';
import type { EditRow, RevisionRow, TurnRow } from '../core/schema.ts';
import { coalesce, splice, spliceOpening, type Edit } from './texts.ts';

const turnsOfChapter = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).orderBy('ord'),
);
const revisionsFrom = query((p: { turnId: string; seq: number }) =>
  tables.selectFrom('revisions').selectAll().where('turn_id', '=', p.turnId).where('seq', '>=', p.seq).orderBy('seq'),
);
const openingFrom = query((p: { turnId: string; seq: number; most: number }) =>
  tables
    .selectFrom('revisions')
    .select(({ fn, val }) => fn<string>('substr', ['body', val(1), val(p.most)]).as('opening'))
    .where('turn_id', '=', p.turnId)
    .where('seq', '=', p.seq),
);
const openEdits = query((p: { turnId: string }) =>
  tables.selectFrom('edits').selectAll().where('turn_id', '=', p.turnId).orderBy('version'),
);
const revisionsOfChapter = query((p: { chapterId: string }) =>
  tables
    .selectFrom('turns')
    .innerJoin('revisions', 'revisions.turn_id', 'turns.id')
    .selectAll('revisions')
    .select('turns.id as owner')
    .where('turns.chapter_id', '=', p.chapterId)
    .whereRef('revisions.seq', '>=', 'turns.full_seq')
    .orderBy('turns.ord')
    .orderBy('revisions.seq'),
);
const editsOfChapter = query((p: { chapterId: string }) =>
  tables
    .selectFrom('turns')
    .innerJoin('edits', 'edits.turn_id', 'turns.id')
    .selectAll('edits')
    .select('turns.id as owner')
    .where('turns.chapter_id', '=', p.chapterId)
    .orderBy('turns.ord')
    .orderBy('edits.version'),
);
/** Where more texts than this are wanted of a chapter, and they are most of it, they are read together. */
const TOGETHER = 100;

/** What a turn's text is made of: from its newest full revision on, and the changes since the last one. */
interface Written {
  readonly revisions: readonly RevisionRow[];
  readonly edits: readonly EditRow[];
}

export interface StoredTree extends TurnTree {
  readonly structureRev: number;
}

/**
 * The tree of a chapter, removed turns included. `path`: texts of what is shown only, the others are null; `also`: but
 * for these.
 */
export function readTree(
  db: ReadableDB,
  chapterId: string,
  options: { texts: 'path' | 'all' | 'none'; also?: readonly string[] | undefined },
): StoredTree {
  const chapter = needChapter(db, chapterId);
  const rows = new Map(all(db, turnsOfChapter, { chapterId }).map((row) => [row.id, row]));
  const shown =
    options.texts === 'path'
      ? new Set([...pathOf(rows, chapter.active_root_id), ...(options.also ?? [])])
      : new Set(options.texts === 'all' ? rows.keys() : []);
  const unknown = [...shown].filter((id) => !db.texts.has(id)).length;
  const written = unknown > Math.max(TOGETHER, rows.size / 2) ? writtenIn(db, chapterId) : null;
  const turns = new Map<string, TreeTurn>();
  for (const row of rows.values())
    turns.set(row.id, treeTurn(row, shown.has(row.id) ? textOf(db, row, written?.(row.id)) : null));
  return { structureRev: chapter.structure_rev, activeRootId: chapter.active_root_id, turns };
}

/** All texts of a chapter, read in two steps instead of two for each turn. */
function writtenIn(db: ReadableDB, chapterId: string): (turnId: string) => Written {
  const revisions = Map.groupBy(all(db, revisionsOfChapter, { chapterId }), ({ owner }) => owner);
  const edits = Map.groupBy(all(db, editsOfChapter, { chapterId }), ({ owner }) => owner);
  return (turnId) => ({ revisions: revisions.get(turnId) ?? [], edits: edits.get(turnId) ?? [] });
}

/** The current text of a turn, removed or not. */
export function turnText(db: ReadableDB, turnId: string): string {
  return db.texts.get(turnId) ?? textOf(db, needTurn(db, turnId));
}

/** `written`: where that has been read already. */
export function textOf(db: ReadableDB, row: TurnRow, written?: Written): string {
  const known = db.texts.get(row.id);
  if (known !== undefined) return known;
  const saved = savedText(db, row, written?.revisions);
  const edits = written?.edits ?? all(db, openEdits, { turnId: row.id });
  const text = coalesce(edits).reduce(splice, saved.text);
  const isWhole =
    saved.isWhole && turnChecksum(row) === row.checksum && edits.every((edit) => editChecksum(edit) === edit.checksum);
  if (!isWhole || text.length !== row.length) db.damagedTurns.add(row.id);
  db.texts.put(row.id, text);
  return text;
}

/** The text of the newest revision, and whether it is the one that was saved; of a damaged one what can be read. */
function savedText(
  db: ReadableDB,
  row: TurnRow,
  revisions: readonly RevisionRow[] = all(db, revisionsFrom, { turnId: row.id, seq: row.full_seq }),
): { readonly text: string; readonly isWhole: boolean } {
  const head = revisions.at(-1);
  let text = '';
  try {
    for (const { kind, body } of revisions) text = kind === 'full' ? body : readPatch(body).reduce(splice, text);
  } catch {
    return { text, isWhole: false };
  }
  const isHead = head?.seq === row.head_seq;
  // A damaged index finds the rows of another turn, which are whole.
  const areOurs = revisions.every(
    (revision) => revisionChecksum({ ...revision, turn_id: row.id }) === revision.checksum,
  );
  return { text, isWhole: isHead && areOurs && turnHash(head.role, head.speaker, text) === head.hash };
}

/** Whether a place in a turn's text lies inside one character. */
export function splitsCharacter(db: ReadableDB, turnId: string, at: number): boolean {
  if (!db.texts.has(turnId)) turnText(db, turnId);
  return db.texts.splitsPair(turnId, at);
}

/** The changes since the newest revision. */
export function editsOf(db: ReadableDB, turnId: string): Edit[] {
  return all(db, openEdits, { turnId });
}

/** The text of the newest revision. */
export function revisionTextOf(db: ReadableDB, row: TurnRow): string {
  return savedText(db, row).text;
}

/** The first `length` units of a turn's text, without reading the rest. */
export function openingOf(
  db: ReadableDB,
  { id: turnId, full_seq: seq }: Pick<TurnRow, 'id' | 'full_seq'>,
  length: number,
): string {
  const patches = all(db, revisionsFrom, { turnId, seq: seq + 1 }).flatMap(({ body }) => readPatch(body));
  const edits = [...patches, ...editsOf(db, turnId)];
  const most = edits.reduce((sum, { del }) => sum + del, length);
  const opening = all(db, openingFrom, { turnId, seq, most })[0]?.opening ?? '';
  return edits.reduce(spliceOpening, opening).slice(0, length);
}

export function writePatch(edits: readonly Edit[]): string {
  return JSON.stringify(edits.map(({ at, del, ins }) => [at, del, ins]));
}

export function readPatch(body: string): Edit[] {
  const steps = JSON.parse(body) as [at: number, del: number, ins: string][];
  return steps.map(([at, del, ins]) => ({ at, del, ins }));
}

export function treeTurn(row: TurnRow, text: string | null): TreeTurn {
  return {
    id: row.id,
    parentId: row.parent_id,
    activeChildId: row.active_child_id,
    order: row.ord,
    role: row.role,
    speaker: row.speaker,
    marked: row.marked === 1,
    text,
    version: row.version,
    interrupted: row.interrupted === 1,
    tombstone:
      row.removed_seq === null
        ? null
        : {
            seq: row.removed_seq,
            children: JSON.parse(row.removed_children ?? '[]') as string[],
            wasActive: row.removed_was_active === 1,
          },
  };
}

function pathOf(rows: ReadonlyMap<string, TurnRow>, root: string | null): Set<string> {
  const path = new Set<string>();
  for (let id = root; id !== null && !path.has(id); id = rows.get(id)?.active_child_id ?? null) path.add(id);
  return path;
}
