import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { areWhole } from '../repositories/reply-candidates.ts';
import { checkTurns } from './check-turns.ts';
import { journalChecksum } from '../repositories/generation-records.ts';
import type { ReadableDB } from '../core/handle.ts';
import { isLocked } from '../core/lock.ts';
import { assertReadable } from '../core/migrate.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { all, query, tables } from '../core/query.ts';
import { chapterChecksum, storyChecksum } from '../core/rows.ts';
import { readStore } from '../core/read-store.ts';
import { isLogWhole } from '../core/wal.ts';

/**
 * Something that is not as it was saved. `what` is a stable word, `where` names the thing, `sentence` is for people.
 */
export interface Problem {
  readonly what: 'store' | 'structure' | 'log' | 'story' | 'chapter' | 'turn' | 'reply' | 'setting';
  readonly where: string;
  readonly sentence: string;
}
export interface CheckResult {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}
export type Report = (problem: Problem) => void;

const stories = query(() => tables.selectFrom('stories').selectAll());
const chapters = query(() => tables.selectFrom('chapters').selectAll());
const journal = query(() => tables.selectFrom('journal').selectAll());
const candidates = query(() => tables.selectFrom('candidates').selectAll());
const settings = query(() => tables.selectFrom('settings').selectAll());

/** Reads a whole data folder and says what is not as it was saved. Writes nothing; a studio may be running on it. */
export function checkStore(folder: string): CheckResult {
  const problems: Problem[] = [];
  const file = join(folder, 'store.db');
  if (!existsSync(file)) {
    problems.push({
      what: 'store',
      where: file,
      sentence: `There is no store in ${folder}. If stories should be here, look for another data folder before anything is written.`,
    });
  } else {
    checkLog(folder, file, (problem) => problems.push(problem));
    guarded(
      file,
      (problem) => problems.push(problem),
      () => readStore(file, (db) => checkAll(db, file, (problem) => problems.push(problem))),
    );
  }
  return { ok: problems.length === 0, problems };
}

function checkLog(folder: string, file: string, report: Report): void {
  const running = existsSync(join(folder, 'store.lock')) && isLocked(folder);
  if (running || isLogWhole(`${file}-wal`)) return;
  report({
    what: 'log',
    where: `${file}-wal`,
    sentence:
      'The newest changes, which were not yet in the main file, are damaged: some of what was written last cannot be read. Everything before them is checked below.',
  });
}

function checkAll(db: ReadableDB, file: string, report: Report): void {
  assertReadable(db.sqlite, file, MIGRATIONS.at(-1)?.version ?? 0);
  guarded(file, report, () => checkStructure(db, file, report));
  guarded(file, report, () => checkNames(db, report));
  guarded(file, report, () => checkTurns(db, report));
  guarded(file, report, () => checkRest(db, report));
}

/** What cannot be read at all is a problem too, and the rest is checked all the same. */
export function guarded(where: string, report: Report, act: () => void): void {
  try {
    act();
  } catch (error) {
    report({
      what: 'store',
      where,
      sentence: `A part of the store cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

function checkStructure(db: ReadableDB, file: string, report: Report): void {
  for (const { integrity_check: finding } of db.sqlite.pragma('integrity_check') as { integrity_check: string }[]) {
    if (finding !== 'ok')
      report({ what: 'structure', where: file, sentence: `SQLite finds its own structure damaged: ${finding}` });
  }
  for (const { table, parent } of db.sqlite.pragma('foreign_key_check') as { table: string; parent: string }[]) {
    report({
      what: 'structure',
      where: file,
      sentence: `A row of ${table} belongs to something in ${parent} that is not there.`,
    });
  }
}

function checkNames(db: ReadableDB, report: Report): void {
  for (const row of all(db, stories, {})) {
    if (storyChecksum(row) !== row.checksum)
      report({
        what: 'story',
        where: row.id,
        sentence: `The story “${row.title}” is not as it was saved: its title or whether it was deleted has changed on disk.`,
      });
  }
  for (const row of all(db, chapters, {})) {
    if (chapterChecksum(row) !== row.checksum)
      report({
        what: 'chapter',
        where: row.id,
        sentence: `The chapter “${row.title}” is not as it was saved: its title or its place has changed on disk.`,
      });
  }
}

function checkRest(db: ReadableDB, report: Report): void {
  for (const row of all(db, journal, {})) {
    if (journalChecksum(row) !== row.checksum)
      report({
        what: 'reply',
        where: row.generation_id,
        sentence: 'A reply that was being written is not as it was saved.',
      });
  }
  for (const row of all(db, candidates, {})) {
    if (!areWhole(row))
      report({
        what: 'reply',
        where: row.generation_id,
        sentence:
          'The other words that were recorded with a reply are not as they were saved, so they are not shown. Its text is not affected.',
      });
  }
  for (const { scope, key, value } of all(db, settings, {})) {
    guarded(
      `${scope}/${key}`,
      () =>
        report({
          what: 'setting',
          where: `${scope}/${key}`,
          sentence: `The setting ${key} cannot be read any more; it will be as at the start.`,
        }),
      () => JSON.parse(value),
    );
  }
}
