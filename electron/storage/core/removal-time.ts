import type { ReadableDB } from './handle.ts';
import { first, query, tables } from './query.ts';
import { timeAfter } from './time-after.ts';

const newestStory = query(() => tables.selectFrom('stories').select((e) => e.fn.max('removed_at').as('at')));
const newestChapter = query(() => tables.selectFrom('chapters').select((e) => e.fn.max('removed_at').as('at')));
const newestTurn = query(() =>
  tables
    .selectFrom('turns')
    .select((e) => e.fn.max('removed_at').as('at'))
    .where('removed_seq', 'is not', null),
);

/** The time of what is deleted now: later than of all that was deleted before, whatever the clock says. */
export function removalTime(db: ReadableDB): number {
  const newest = [newestStory, newestChapter, newestTurn].map((of) => first(db, of, {})?.at ?? 0);
  return timeAfter(Math.max(...newest));
}
