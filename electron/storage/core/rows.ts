import { checksum } from './checksum.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { ReadableDB, WritableDB } from './handle.ts';
import { columns, first, query, run, runOne, tables, type Query } from './query.ts';
import type { ChapterRow, Schema, StoryRow, TurnRow } from './schema.ts';

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

/** What of a row its checksum is made of. */
export const CHECKED = {
  turns: [
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
    'interrupted',
    'open',
    'full_seq',
    'head_seq',
    'removed_seq',
    'removed_children',
    'removed_was_active',
  ],
  chapters: ['id', 'story_id', 'title', 'position', 'structure_rev', 'active_root_id', 'removed_at'],
  stories: ['id', 'title', 'removed_at'],
  edits: ['turn_id', 'version', 'at', 'del', 'ins'],
  revisions: ['turn_id', 'seq', 'version', 'kind', 'role', 'speaker', 'body', 'length', 'hash', 'reason', 'created_at'],
  journal: ['generation_id', 'seq', 'text'],
  notes: ['story_id', 'kind', 'text', 'depth', 'role', 'sends', 'sent_at', 'version'],
} as const;

type Checked = keyof typeof CHECKED;

export const rowChecksum = <T extends Checked>(table: T, row: Schema[T]): number =>
  checksum(...CHECKED[table].map((column) => Reflect.get(row, column) as string | number | null));

const checking =
  <T extends Checked>(table: T) =>
  (row: Schema[T]): number =>
    rowChecksum(table, row);

export const turnChecksum = checking('turns');
export const chapterChecksum = checking('chapters');
export const storyChecksum = checking('stories');
export const editChecksum = checking('edits');
export const revisionChecksum = checking('revisions');
export const journalChecksum = checking('journal');
export const noteChecksum = checking('notes');

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
  updateTurn(db, before, changed(turnChecksum, before, changes));
}

/** A row as it was saved, in the place of what the disk has made of it. */
export const putTurn: (db: WritableDB, before: TurnRow, row: TurnRow) => void = updateTurn;
export const putChapter: (db: WritableDB, before: ChapterRow, row: ChapterRow) => void = updateChapter;
export const putStory: (db: WritableDB, before: StoryRow, row: StoryRow) => void = updateStory;

/** What is written into a damaged row leaves it as damaged as it was. */
function changed<R extends { checksum: number }>(checksumOf: (row: R) => number, before: R, changes: Partial<R>): R {
  const row = { ...before, ...changes };
  return { ...row, checksum: (checksumOf(row) ^ checksumOf(before) ^ before.checksum) >>> 0 };
}

export function addChapter(db: WritableDB, row: ChapterRow): void {
  run(db, insertChapter, { ...row, checksum: chapterChecksum(row) });
}

export function saveChapter(db: WritableDB, before: ChapterRow, changes: Partial<ChapterRow>): void {
  updateChapter(db, before, changed(chapterChecksum, before, changes));
}

export function addStory(db: WritableDB, row: StoryRow): void {
  run(db, insertStory, { ...row, checksum: storyChecksum(row) });
}

export function saveStory(db: WritableDB, before: StoryRow, changes: Partial<StoryRow>): void {
  updateStory(db, before, changed(storyChecksum, before, changes));
}
