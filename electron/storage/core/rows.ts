import { checksum } from './checksum.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { ReadableDB, WritableDB } from './handle.ts';
import { columns, first, query, run, runOne, tables, type Query } from './query.ts';
import type { ChapterRow, EditRow, RevisionRow, Schema, StoryRow, TurnRow } from './schema.ts';

/** Rows go in and out here, so that every one that holds words carries its checksum. */

export const TURN_COLUMNS: readonly (keyof TurnRow)[] = [
  'id',
  'chapter_id',
  'parent_id',
  'active_child_id',
  'ord',
  'role',
  'speaker',
  'marked',
  'version',
  'length',
  'words',
  'interrupted',
  'open',
  'full_seq',
  'head_seq',
  'removed_seq',
  'removed_at',
  'removed_children',
  'removed_was_active',
  'checksum',
];
const CHAPTER_COLUMNS: readonly (keyof ChapterRow)[] = [
  'id',
  'story_id',
  'title',
  'position',
  'structure_rev',
  'active_root_id',
  'words',
  'last_order',
  'created_at',
  'written_at',
  'removed_at',
  'checksum',
];
const STORY_COLUMNS: readonly (keyof StoryRow)[] = ['id', 'title', 'created_at', 'removed_at', 'checksum'];

const turnById = query((p: { id: string }) => tables.selectFrom('turns').selectAll().where('id', '=', p.id));
const chapterById = query((p: { id: string }) => tables.selectFrom('chapters').selectAll().where('id', '=', p.id));
const storyById = query((p: { id: string }) => tables.selectFrom('stories').selectAll().where('id', '=', p.id));
const insertTurn = query((p: TurnRow) => tables.insertInto('turns').values(columns(p, TURN_COLUMNS)));
const insertChapter = query((p: ChapterRow) => tables.insertInto('chapters').values(columns(p, CHAPTER_COLUMNS)));
const insertStory = query((p: StoryRow) => tables.insertInto('stories').values(columns(p, STORY_COLUMNS)));
const updateTurn = changing('turns', TURN_COLUMNS);
const updateChapter = changing('chapters', CHAPTER_COLUMNS);
const updateStory = changing('stories', STORY_COLUMNS);

/** Writes what differs between two states of a row and nothing else, so that no index is touched in vain. */
function changing<T extends 'turns' | 'chapters' | 'stories'>(table: T, names: readonly (keyof Schema[T])[]) {
  const queries = new Map<string, Query<Schema[T], unknown>>();
  return (db: WritableDB, before: Schema[T], next: Schema[T]) => {
    const changed = names.filter((name) => before[name] !== next[name]);
    if (changed.length === 0) return;
    const key = changed.join();
    let update = queries.get(key);
    if (update === undefined) queries.set(key, (update = updating(table, changed)));
    runOne(db, update, next);
  };
}

const updating = <T extends 'turns' | 'chapters' | 'stories'>(table: T, names: readonly (keyof Schema[T])[]) =>
  query((p: Schema[T]) =>
    tables
      .updateTable(table as 'turns')
      .set(columns(p, names) as never)
      .where('id', '=', p.id),
  );

export function turnChecksum(row: TurnRow): number {
  return checksum(
    row.id,
    row.chapter_id,
    row.parent_id,
    row.active_child_id,
    row.ord,
    row.role,
    row.speaker,
    row.marked,
    row.version,
    row.length,
    row.interrupted,
    row.open,
    row.full_seq,
    row.head_seq,
    row.removed_seq,
    row.removed_children,
    row.removed_was_active,
  );
}

export function chapterChecksum(row: ChapterRow): number {
  return checksum(row.id, row.story_id, row.title, row.position, row.structure_rev, row.active_root_id, row.removed_at);
}

export function storyChecksum(row: StoryRow): number {
  return checksum(row.id, row.title, row.removed_at);
}

export function editChecksum(row: EditRow): number {
  return checksum(row.turn_id, row.version, row.at, row.del, row.ins);
}

export function revisionChecksum(row: RevisionRow): number {
  return checksum(
    row.turn_id,
    row.seq,
    row.version,
    row.kind,
    row.role,
    row.speaker,
    row.body,
    row.length,
    row.hash,
    row.reason,
    row.created_at,
  );
}

export function findTurn(db: ReadableDB, id: string): TurnRow | undefined {
  return first(db, turnById, { id });
}

export function needTurn(db: ReadableDB, id: string): TurnRow {
  const row = findTurn(db, id);
  if (!row) throw failure('NO_TURN', { turnId: id });
  return row;
}

export function needChapter(db: ReadableDB, id: string): ChapterRow {
  const row = first(db, chapterById, { id });
  if (!row) throw failure('NO_CHAPTER', {});
  return row;
}

export function needStory(db: ReadableDB, id: string): StoryRow {
  const row = first(db, storyById, { id });
  if (!row) throw failure('NO_STORY', {});
  return row;
}

/** A chapter that can be written in: neither it nor its story was deleted. */
export function needLivingChapter(db: ReadableDB, id: string): ChapterRow {
  const chapter = needChapter(db, id);
  if (chapter.removed_at !== null) throw failure('CHAPTER_DELETED', {});
  needLivingStory(db, chapter.story_id);
  return chapter;
}

export function needLivingStory(db: ReadableDB, id: string): StoryRow {
  const story = needStory(db, id);
  if (story.removed_at !== null) throw failure('STORY_DELETED', {});
  return story;
}

export function addTurn(db: WritableDB, row: TurnRow): void {
  run(db, insertTurn, { ...row, checksum: turnChecksum(row) });
}

export function saveTurn(db: WritableDB, before: TurnRow, changes: Partial<TurnRow>): void {
  const row = { ...before, ...changes };
  updateTurn(db, before, { ...row, checksum: turnChecksum(row) });
}

export function addChapter(db: WritableDB, row: ChapterRow): void {
  run(db, insertChapter, { ...row, checksum: chapterChecksum(row) });
}

export function saveChapter(db: WritableDB, before: ChapterRow, changes: Partial<ChapterRow>): void {
  const row = { ...before, ...changes };
  updateChapter(db, before, { ...row, checksum: chapterChecksum(row) });
}

export function addStory(db: WritableDB, row: StoryRow): void {
  run(db, insertStory, { ...row, checksum: storyChecksum(row) });
}

export function saveStory(db: WritableDB, before: StoryRow, changes: Partial<StoryRow>): void {
  const row = { ...before, ...changes };
  updateStory(db, before, { ...row, checksum: storyChecksum(row) });
}
