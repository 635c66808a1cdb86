import { join } from 'node:path';
import type { Progress } from '../integrity/check.ts';
import type { Problem } from '../integrity/problem.ts';
import { backupsFolder, listBackups } from '../backups/backup-files.ts';
import { readBackup } from '../backups/read-backup.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { CHECKED, findTurn } from '../core/rows.ts';
import { checksum } from '../core/checksum.ts';
import type { ChapterRow, Schema, StoryRow } from '../core/schema.ts';
import { ifReadable } from './if-readable.ts';
import { mendRow, type Guesses } from './mend-row.ts';
import { rowsOf } from './turn-rows.ts';
import {
  eachOf,
  isWhole,
  offer,
  openCase,
  repairOf,
  type NearTurns,
  type TurnCase,
  type TurnRepair,
} from './turn-repair.ts';

/** A row that is put back as it was saved. */
export interface RowRepair<R> {
  readonly before: R;
  readonly row: R;
}

/** All that can be done about what is damaged in a library. */
export interface Repairs {
  readonly turns: readonly TurnRepair[];
  readonly chapters: readonly RowRepair<ChapterRow>[];
  readonly stories: readonly RowRepair<StoryRow>[];
  /** Chapters whose words, and the place of whose newest turn, are counted anew. */
  readonly recounted: readonly string[];
  /** Long work that nobody can read any more. */
  readonly jobs: readonly string[];
  /** The indexes have to be made anew of their tables before anything else is repaired. */
  readonly reindexes: boolean;
}

const turnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).orderBy('ord'),
);
/** Of chapters that there are not. */
const homeless = query(() =>
  tables
    .selectFrom('turns')
    .select('id')
    .where('chapter_id', 'not in', (from) => from.selectFrom('chapters').select('id')),
);
const chapters = query(() => tables.selectFrom('chapters').selectAll());
const stories = query(() => tables.selectFrom('stories').selectAll());

interface Look {
  readonly dataDir: string;
  /** What the check of the library found, and what it noted. */
  readonly problems: readonly Problem[];
}

/**
 * What can be done about the problems of a library, by what it has itself and by its verified backups, the newest
 * first. Reads much: never in main's way.
 */
export function findRepairs(db: ReadableDB, { dataDir, problems }: Look, progress?: Progress): Repairs {
  const of = (code: string): string[] => [
    ...new Set(problems.flatMap(({ where, fault }) => (fault.code === code ? [where] : []))),
  ];
  const names = {
    chapters: ifReadable(() => all(db, chapters, {})) ?? [],
    stories: ifReadable(() => all(db, stories, {})) ?? [],
  };
  const repaired = {
    chapters: openRows('chapters', names.chapters, (row) => chapterGuesses(db, row, names.stories)),
    stories: openRows('stories', names.stories, () => ({})),
  };
  const turns = findTurns(
    db,
    {
      dataDir,
      turnIds: [...of('CHECK_TURN'), ...(ifReadable(() => all(db, homeless, {})) ?? []).map(({ id }) => id)],
      names: repaired,
    },
    progress,
  );
  return {
    turns,
    chapters: repaired.chapters.found(),
    stories: repaired.stories.found(),
    recounted: [...of('CHECK_WORDS'), ...of('CHECK_CHAPTER')],
    jobs: of('CHECK_JOB'),
    reindexes: problems.some(({ fault: { code } }) => code === 'CHECK_STRUCTURE' || code === 'CHECK_ORPHAN'),
  };
}

interface Wanted {
  readonly dataDir: string;
  readonly turnIds: readonly string[];
  readonly names?: { readonly chapters: OpenRows<'chapters'>; readonly stories: OpenRows<'stories'> };
}

/** What can be done about these turns. Those that are whole, and those that nothing can be done about, are left out. */
export function findTurns(db: ReadableDB, { dataDir, turnIds, names }: Wanted, progress?: Progress): TurnRepair[] {
  const near = nearTurns(db);
  const cases = new Map<string, TurnCase>();
  for (const id of new Set(turnIds))
    ifReadable(() => {
      const turn = findTurn(db, id);
      const rows = turn === undefined ? null : rowsOf(db, turn);
      if (rows !== null && !isWhole(rows)) cases.set(id, openCase(rows, near(rows.turn.chapter_id)));
    });
  const folder = backupsFolder(dataDir);
  const verified = listBackups(folder).filter(({ state }) => state === 'verified');
  let done = 0;
  for (const { name, at } of verified) {
    progress?.(done, verified.length);
    done += 1;
    const open = [...cases].filter(([, found]) => !isWhole(found.rows));
    if (open.length === 0 && names?.chapters.isSettled() !== false && names?.stories.isSettled() !== false) break;
    ifReadable(() =>
      readBackup(join(folder, name), (backup) => {
        for (const [id, found] of open) {
          const turn = findTurn(backup, id);
          if (turn !== undefined) cases.set(id, offer(found, rowsOf(backup, turn), { of: 'backup', at, name }));
        }
        names?.chapters.offer(all(backup, chapters, {}));
        names?.stories.offer(all(backup, stories, {}));
      }),
    );
  }
  progress?.(verified.length, verified.length);
  return [...cases.values()].flatMap((found) => repairOf(found) ?? []);
}

/** Each chapter is read but once. */
function nearTurns(db: ReadableDB): (chapterId: string) => NearTurns {
  const chapterIds = (ifReadable(() => all(db, chapters, {})) ?? []).map(({ id }) => id);
  const known = new Map<string, NearTurns>();
  return (chapterId) => {
    let near = known.get(chapterId);
    if (near === undefined) {
      const turns = new Map(all(db, turnsOf, { chapterId }).map((row) => [row.id, row]));
      known.set(chapterId, (near = { chapterIds, turns }));
    }
    return near;
  };
}

interface OpenRows<T extends 'chapters' | 'stories'> {
  isSettled(): boolean;
  offer(theirs: readonly Schema[T][]): void;
  found(): RowRepair<Schema[T]>[];
}

function openRows<T extends 'chapters' | 'stories'>(
  table: T,
  rows: readonly Schema[T][],
  guessesOf: (row: Schema[T]) => Guesses<Schema[T]>,
): OpenRows<T> {
  const isSound = (row: Schema[T]): boolean =>
    checksum(...CHECKED[table].map((column) => Reflect.get(row, column) as string | number | null)) === row.checksum;
  const damaged = rows.filter((row) => !isSound(row));
  /** Under another id it would be another row. */
  const mend = (row: Schema[T], guesses: Guesses<Schema[T]>): Schema[T] | null => {
    const mended = mendRow(table, row, guesses);
    return mended?.id === row.id ? mended : null;
  };
  const mended = new Map(damaged.map((row) => [row.id, mend(row, guessesOf(row))]));
  return {
    isSettled: () => [...mended.values()].every((row) => row !== null),
    offer(theirs) {
      for (const row of damaged) {
        const other = theirs.find(({ id }) => id === row.id);
        if (mended.get(row.id) !== null || other === undefined || !isSound(other)) continue;
        mended.set(row.id, row.checksum === other.checksum ? other : mend(row, eachOf(other)));
      }
    },
    found: () =>
      damaged.flatMap((before) => {
        const row = mended.get(before.id) ?? null;
        return row === null ? [] : [{ before, row }];
      }),
  };
}

function chapterGuesses(db: ReadableDB, { id }: ChapterRow, known: readonly StoryRow[]): Guesses<ChapterRow> {
  const turns = ifReadable(() => all(db, turnsOf, { chapterId: id })) ?? [];
  return {
    story_id: known.map((story) => story.id),
    active_root_id: [null, ...turns.map((turn) => turn.id)],
    removed_at: [null],
  };
}
