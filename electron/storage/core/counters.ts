import type { ReadableDB } from './handle.ts';
import { first, query, tables, type Query } from './query.ts';
import { timeAfter } from './time-after.ts';

type Newest = Query<object, { newest: number | null }>;

const newestWriting = query((_: object) =>
  tables.selectFrom('chapters').select(({ fn }) => fn.max<number | null>('written_at').as('newest')),
);
const newestChange = query((_: object) =>
  tables.selectFrom('changes').select(({ fn }) => fn.max<number | null>('seq').as('newest')),
);

const newestRemoval = query((_: object) =>
  tables
    .selectFrom(
      tables
        .selectFrom('turns')
        .select('removed_at')
        .where('removed_seq', 'is not', null)
        .unionAll(tables.selectFrom('chapters').select('removed_at'))
        .unionAll(tables.selectFrom('stories').select('removed_at'))
        .as('removed'),
    )
    .select(({ fn }) => fn.max<number | null>('removed_at').as('newest')),
);

/** The time of what is written now: later than of all that was written before, whatever the clock says. */
export const writingTime = (db: ReadableDB): number => counted(db, newestWriting, timeAfter);

/** A number above those of all changes before. */
export const changeNumber = (db: ReadableDB): number => counted(db, newestChange, (last) => last + 1);

/** The time of what is deleted now: later than of all that was deleted before, whatever the clock says. */
export const removalTime = (db: ReadableDB): number => counted(db, newestRemoval, timeAfter);

/** Reads the largest so far but once: this process alone writes. */
function counted(db: ReadableDB, newest: Newest, after: (last: number) => number): number {
  const next = after(db.counters.get(newest) ?? first(db, newest, {})?.newest ?? 0);
  db.counters.set(newest, next);
  return next;
}
