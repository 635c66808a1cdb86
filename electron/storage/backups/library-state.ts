import { hash } from 'node:crypto';
import type { LibrarySize } from '../../../shared/contract/backups.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, first, query, tables } from '../core/query.ts';

const stories = query(() =>
  tables
    .selectFrom('stories')
    .select(({ fn }) => [fn.sum<number>('checksum').as('checksums'), fn.countAll<number>().as('rows')]),
);
const chapters = query(() =>
  tables
    .selectFrom('chapters')
    .select(({ fn }) => [fn.sum<number>('checksum').as('checksums'), fn.countAll<number>().as('rows')]),
);
const changes = query(() => tables.selectFrom('changes').select(({ fn }) => fn.max('seq').as('newest')));
const generations = query(() =>
  tables
    .selectFrom('generations')
    .select(({ fn }) => [fn.countAll<number>().as('rows'), fn.max('ended_at').as('newest')]),
);
const characters = query(() =>
  tables
    .selectFrom('characters')
    .select(({ fn }) => [fn.sum<number>('checksum').as('checksums'), fn.countAll<number>().as('rows')]),
);
const storySettings = query(() =>
  tables
    .selectFrom('settings')
    .select(['scope', 'key', 'value'])
    .where('scope', 'like', 'story:%')
    .orderBy('scope')
    .orderBy('key'),
);

/** Differs whenever something that a person wrote, or had written, has changed. Cheap: it reads no turn. */
export function libraryState(db: ReadableDB): string {
  const parts = [stories, chapters, changes, generations, characters].map((part) =>
    first<object, object>(db, part, {}),
  );
  return hash('sha256', JSON.stringify([...parts, all(db, storySettings, {})])).slice(0, 32);
}

/** Of the store, wherever its pages are by now. */
export const libraryBytes = ({ sqlite }: ReadableDB): number =>
  Number(sqlite.pragma('page_count', { simple: true })) * Number(sqlite.pragma('page_size', { simple: true }));

/** Whether somebody has ever written into it. */
export const wasWritten = (db: ReadableDB): boolean =>
  first<object, { newest: number | null }>(db, changes, {})?.newest != null;

const counted = query(() =>
  tables
    .selectFrom('stories')
    .innerJoin('chapters', 'chapters.story_id', 'stories.id')
    .leftJoin('turns', (join) => join.onRef('turns.chapter_id', '=', 'chapters.id').on('turns.removed_seq', 'is', null))
    .where('stories.removed_at', 'is', null)
    .where('chapters.removed_at', 'is', null)
    .select(({ fn }) => [
      fn.count<number>('stories.id').distinct().as('stories'),
      fn.count<number>('chapters.id').distinct().as('chapters'),
      fn.count<number>('turns.id').as('turns'),
    ]),
);

export function librarySize(db: ReadableDB): LibrarySize {
  return first(db, counted, {}) ?? { stories: 0, chapters: 0, turns: 0 };
}
