import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { fault } from '../../../shared/faults/failure.ts';
import { areWhole } from '../repositories/reply-candidates.ts';
import { assetsFolder } from '../assets/asset-files.ts';
import { checkCharacters } from './check-characters.ts';
import { checkTurns, countTurns } from './check-turns.ts';
import { saidBy, type Problem, type Report } from './problem.ts';
import type { ReadableDB } from '../core/handle.ts';
import { isLocked } from '../core/lock.ts';
import { assertReadable, upgrade } from '../core/migrate.ts';
import { storyNotes } from '../migrations/0014-story-notes.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { all, query, tables } from '../core/query.ts';
import { unreadJobs } from '../repositories/job-records.ts';
import { chapterChecksum, journalChecksum, noteChecksum, storyChecksum } from '../core/rows.ts';
import { readCopy, readStore } from '../core/read-store.ts';
import { logState } from '../core/wal.ts';

/** Hears, now and then, how many turns were looked into, of how many. */
export type Progress = (done: number, total: number) => void;

export interface CheckResult {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** What is worth knowing and no damage. */
  readonly notes: readonly Problem[];
}

const stories = query(() => tables.selectFrom('stories').selectAll());
const chapters = query(() => tables.selectFrom('chapters').selectAll());
const journal = query(() => tables.selectFrom('journal').selectAll());
const candidates = query(() => tables.selectFrom('candidates').selectAll());
const notes = query(() => tables.selectFrom('notes').selectAll());
const settings = query(() => tables.selectFrom('settings').selectAll());

/** Reads a whole data folder and says what is not as it was saved. Writes nothing; a studio may be running on it. */
export function checkStore(folder: string, progress?: Progress): CheckResult {
  const file = join(folder, 'store.db');
  if (!existsSync(file)) {
    const problems = [{ where: file, fault: fault('CHECK_NO_STORE', { folder }) }];
    return { ok: false, problems, notes: [] };
  }
  const running = existsSync(join(folder, 'store.lock')) && isLocked(folder);
  const log = running ? 'whole' : logState(file);
  const where = `${file}-wal`;
  const found = lookInto(file, { reading: log === 'whole' ? readStore : readCopy, countsWords: true }, progress);
  const problems = [...(log === 'damaged' ? [{ where, fault: fault('CHECK_LOG', {}) }] : []), ...found.problems];
  const unfinished = log === 'unfinished' ? [{ where, fault: fault('CHECK_UNFINISHED', {}) }] : [];
  return { ok: problems.length === 0, problems, notes: [...unfinished, ...found.notes] };
}

/** A store that nobody writes to, such as a backup. */
export const checkFile = (file: string, progress?: Progress): readonly Problem[] =>
  lookInto(file, { reading: readStore, countsWords: false }, progress).problems;

interface Look {
  readonly reading: typeof readStore;
  readonly countsWords: boolean;
}
interface Found {
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

function lookInto(file: string, { reading, countsWords }: Look, progress?: Progress): Found {
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const report: Report = (problem) => problems.push(problem);
  const note: Report = (noted) => notes.push(noted);
  guarded(file, report, () => reading(file, (db) => checkAll(db, { file, report, note, countsWords }, progress)));
  return { problems, notes };
}

interface Listening {
  readonly file: string;
  readonly report: Report;
  readonly note: Report;
  readonly countsWords: boolean;
}

function checkAll(db: ReadableDB, { file, report, note, countsWords }: Listening, progress?: Progress): void {
  assertReadable(db.sqlite, file, MIGRATIONS.at(-1)?.version ?? 0);
  guarded(file, report, () => checkStructure(db, file, report));
  guarded(file, report, () => checkNames(db, report));
  guarded(file, report, () => checkTurns(db, { report, note, countsWords }, counting(db, progress)));
  guarded(file, report, () => checkRest(db, report));
  guarded(file, report, () => checkCharacters(db, assetsFolder(dirname(file)), report));
}

const SAID_EVERY = 500;

function counting(db: ReadableDB, progress: Progress = () => undefined): () => void {
  const total = countTurns(db);
  let done = 0;
  progress(done, total);
  return () => {
    done += 1;
    if (done % SAID_EVERY === 0 || done === total) progress(done, total);
  };
}

/** What cannot be read at all is a problem too, and the rest is checked all the same. */
export function guarded(where: string, report: Report, act: () => void): void {
  try {
    act();
  } catch (error) {
    report({ where, fault: fault('CHECK_UNREADABLE', { why: saidBy(error) }) });
  }
}

function checkStructure(db: ReadableDB, file: string, report: Report): void {
  for (const { integrity_check: finding } of db.sqlite.pragma('integrity_check') as { integrity_check: string }[]) {
    if (finding !== 'ok') report({ where: file, fault: fault('CHECK_STRUCTURE', { finding }) });
  }
  for (const { table, parent } of db.sqlite.pragma('foreign_key_check') as { table: string; parent: string }[]) {
    report({ where: file, fault: fault('CHECK_ORPHAN', { table, parent }) });
  }
  guarded(file, report, () => checkSchema(db));
  for (const index of partialIndexes(db)) guarded(file, report, () => checkIndex(db, index, file, report));
}

/** A changed definition may let readers in and no writer, or hide a column: each is as the migrations made it. */
function checkSchema(db: ReadableDB): void {
  const version = Number(db.sqlite.pragma('user_version', { simple: true }));
  const made = new Database(':memory:');
  try {
    upgrade(
      made,
      MIGRATIONS.filter((step) => step.version <= version),
    );
    const expected = definitionsOf(made);
    const found = definitionsOf(db.sqlite);
    for (const name of new Set([...expected.keys(), ...found.keys()]))
      if (expected.get(name) !== found.get(name)) throw new Error(`the definition of ${name} has changed`);
  } finally {
    made.close();
  }
}

/** By name, without what versions of SQLite write differently: quotes and white space. */
const definitionsOf = (sqlite: Database.Database): ReadonlyMap<string, string> =>
  new Map(
    (
      sqlite
        .prepare(
          `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
            AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')`,
        )
        .all() as { readonly name: string; readonly sql: string }[]
    ).map(({ name, sql }) => [name, sql.replaceAll(/["\s]/g, '')]),
  );

interface PartialIndex {
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

const partialIndexes = (db: ReadableDB): PartialIndex[] =>
  db.sqlite
    .prepare<[], PartialIndex>(
      "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'",
    )
    .all();

/** SQLite's own check does not see that another page stands in the place of one of an index of some rows only. */
function checkIndex(db: ReadableDB, { name, tbl_name: table, sql }: PartialIndex, file: string, report: Report): void {
  const count = (by: string): unknown =>
    db.sqlite
      .prepare(`SELECT count(*) FROM ${table} ${by} WHERE ${sql.slice(sql.indexOf(' WHERE ') + 7)}`)
      .pluck()
      .get();
  if (count(`INDEXED BY ${name}`) !== count('NOT INDEXED'))
    report({ where: file, fault: fault('CHECK_STRUCTURE', { finding: `index ${name} is not that of its table` }) });
}

function checkNames(db: ReadableDB, report: Report): void {
  for (const row of all(db, stories, {})) {
    if (storyChecksum(row) !== row.checksum)
      report({ where: row.id, fault: fault('CHECK_STORY', { title: row.title }) });
  }
  for (const row of all(db, chapters, {})) {
    if (chapterChecksum(row) !== row.checksum)
      report({ where: row.id, fault: fault('CHECK_CHAPTER', { title: row.title }) });
  }
}

/** One of an older schema has none. */
const hasNotes = (db: ReadableDB): boolean =>
  Number(db.sqlite.pragma('user_version', { simple: true })) >= storyNotes.version;

function checkRest(db: ReadableDB, report: Report): void {
  for (const row of all(db, journal, {})) {
    if (journalChecksum(row) !== row.checksum) report({ where: row.generation_id, fault: fault('CHECK_REPLY', {}) });
  }
  for (const row of all(db, candidates, {})) {
    if (!areWhole(row)) report({ where: row.generation_id, fault: fault('CHECK_CANDIDATES', {}) });
  }
  for (const row of hasNotes(db) ? all(db, notes, {}) : []) {
    if (noteChecksum(row) !== row.checksum) report({ where: row.story_id, fault: fault('CHECK_NOTE', {}) });
  }
  for (const { scope, key, value } of all(db, settings, {})) {
    guarded(
      `${scope}/${key}`,
      () => report({ where: `${scope}/${key}`, fault: fault('CHECK_SETTING', { key }) }),
      () => JSON.parse(value),
    );
  }
  for (const id of unreadJobs(db)) report({ where: id, fault: fault('CHECK_JOB', {}) });
}
