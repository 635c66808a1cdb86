import type { RemovedItem } from '../../../shared/contract/stories.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { nameOfUnnamed } from './story-names.ts';
import { openingOf } from './turns.ts';

const MOST_TURNS = 200;
/** A title is made of so many units of a turn. */
const TITLE_FROM = 200;

const stories = query(() =>
  tables.selectFrom('stories').select(['id', 'title', 'removed_at']).where('removed_at', 'is not', null),
);
const chapters = query(() =>
  tables
    .selectFrom('chapters')
    .innerJoin('stories', 'stories.id', 'chapters.story_id')
    .select(['chapters.id', 'chapters.title', 'chapters.story_id', 'chapters.removed_at'])
    .where('chapters.removed_at', 'is not', null)
    .where('stories.removed_at', 'is', null),
);
const turns = query(() =>
  tables
    .selectFrom('turns')
    .innerJoin('chapters', 'chapters.id', 'turns.chapter_id')
    .innerJoin('stories', 'stories.id', 'chapters.story_id')
    .select(['turns.id', 'turns.full_seq', 'turns.chapter_id', 'turns.removed_at', 'chapters.story_id'])
    .where('turns.removed_seq', 'is not', null)
    .where('turns.length', '>', 0)
    .where(({ not, exists, selectFrom, ref }) =>
      not(
        exists(
          selectFrom('generations')
            .select('generations.id')
            .where('generations.turn_id', '=', ref('turns.id'))
            .where('generations.end_version', '=', ref('turns.version'))
            .where('generations.undone', 'is not', null),
        ),
      ),
    )
    .where('chapters.removed_at', 'is', null)
    .where('stories.removed_at', 'is', null)
    .orderBy('turns.removed_at', 'desc')
    .limit(MOST_TURNS),
);

/**
 * What was deleted and can be put back, the newest first. What lies in a deleted story or chapter is not listed:
 * it comes back with it. Nor is the turn of a reply that was taken back: nobody wrote it.
 */
export function removedItems(db: ReadableDB): RemovedItem[] {
  const items: RemovedItem[] = [
    ...all(db, stories, {}).map((row) => ({
      kind: 'story' as const,
      id: row.id,
      title: row.title === '' ? nameOfUnnamed(db, row.id) : row.title,
      storyId: row.id,
      chapterId: null,
      removedAt: row.removed_at ?? 0,
    })),
    ...all(db, chapters, {}).map((row) => ({
      kind: 'chapter' as const,
      id: row.id,
      title: row.title,
      storyId: row.story_id,
      chapterId: row.id,
      removedAt: row.removed_at ?? 0,
    })),
    ...all(db, turns, {}).map((row) => ({
      kind: 'turn' as const,
      id: row.id,
      title: titleOf(openingOf(db, row, TITLE_FROM)),
      storyId: row.story_id,
      chapterId: row.chapter_id,
      removedAt: row.removed_at ?? 0,
    })),
  ];
  return items.sort((a, b) => b.removedAt - a.removedAt);
}

/** How many things `removedItems` lists. */
export function countRemoved(db: ReadableDB): number {
  return all(db, stories, {}).length + all(db, chapters, {}).length + all(db, turns, {}).length;
}

function titleOf(opening: string): string {
  const line = opening.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line;
}
