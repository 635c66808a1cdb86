import { sql } from 'kysely';
import type { StorySummary } from '../../../shared/contract/stories.ts';
import { createChapter } from './chapters.ts';
import { nameOfUnnamed } from './story-names.ts';
import { wordsSince } from './word-counts.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, first, query, tables } from '../core/query.ts';
import { addStory, needStory, saveStory } from '../core/rows.ts';
import { removalTime, writingTime } from '../core/counters.ts';

const summaries = () =>
  tables
    .selectFrom('stories')
    .leftJoin('chapters', 'chapters.story_id', 'stories.id')
    .select([
      'stories.id',
      'stories.title',
      // Of the chapter that has the largest: so SQLite chooses a bare column beside one max().
      'chapters.id as last_chapter_id',
      sql<number>`max(coalesce(max(chapters.written_at), 0), stories.created_at)`.as('updated_at'),
      sql<number>`total(iif(chapters.removed_at IS NULL, chapters.words, 0))`.as('words'),
    ])
    .groupBy('stories.id');
const livingStories = query(() =>
  summaries().where('stories.removed_at', 'is', null).orderBy('updated_at', 'desc').orderBy('stories.id', 'desc'),
);
const chaptersWithOpenTurns = query(() =>
  tables
    .selectFrom('turns')
    .innerJoin('chapters', 'chapters.id', 'turns.chapter_id')
    .select(['chapters.id', 'chapters.story_id', 'chapters.active_root_id', 'chapters.words'])
    .where('turns.open', '=', 1)
    .where('chapters.removed_at', 'is', null)
    .distinct(),
);
const oneStory = query((p: { id: string }) => summaries().where('stories.id', '=', p.id));

interface Summary {
  id: string;
  title: string;
  updated_at: number;
  last_chapter_id: string | null;
  words: number;
}

/** Living stories, the one written in last first. */
export function listStories(db: ReadableDB): StorySummary[] {
  const since = new Map<string, number>();
  for (const chapter of all(db, chaptersWithOpenTurns, {}))
    since.set(chapter.story_id, (since.get(chapter.story_id) ?? 0) + wordsSince(db, chapter));
  return all(db, livingStories, {}).map((row) => summary(db, row, since.get(row.id)));
}

export function getStory(db: ReadableDB, id: string): StorySummary {
  return needSummary(db, id);
}

/**
 * A story with one chapter that has one empty user turn; without a title it is called by its first words. The same id
 * again answers with the story that is there.
 */
export function createStory(
  db: WritableDB,
  given: { id: string; title: string | null; chapterId: string; chapterTitle?: string; turnId: string },
): StorySummary {
  return transaction(db, () => {
    const known = first(db, oneStory, { id: given.id });
    if (known) return summary(db, known);
    const now = writingTime(db);
    addStory(db, {
      id: given.id,
      title: given.title?.toWellFormed() ?? '',
      created_at: now,
      removed_at: null,
      checksum: 0,
    });
    createChapter(db, {
      id: given.chapterId,
      storyId: given.id,
      title: given.chapterTitle ?? 'Chapter 1',
      turnId: given.turnId,
      writtenAt: now,
    });
    return needSummary(db, given.id);
  });
}

export function renameStory(db: WritableDB, id: string, title: string): void {
  transaction(db, () => saveStory(db, needStory(db, id), { title: title.toWellFormed() }));
}

/** Takes a story out of the list; everything in it stays. */
export function removeStory(db: WritableDB, id: string): void {
  transaction(db, () => saveStory(db, needStory(db, id), { removed_at: removalTime(db) }));
}

export function restoreStory(db: WritableDB, id: string): void {
  transaction(db, () => saveStory(db, needStory(db, id), { removed_at: null }));
}

function needSummary(db: ReadableDB, id: string): StorySummary {
  const row = first(db, oneStory, { id });
  if (!row) throw failure('NO_STORY', {});
  return summary(db, row);
}

function summary(db: ReadableDB, row: Summary, wordsSinceThen = 0): StorySummary {
  return {
    id: row.id,
    title: row.title === '' ? nameOfUnnamed(db, row.id) : row.title,
    words: row.words + wordsSinceThen,
    updatedAt: row.updated_at,
    lastChapterId: row.last_chapter_id,
  };
}
