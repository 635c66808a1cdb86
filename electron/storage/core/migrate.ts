import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { assetsFolder } from '../assets/asset-files.ts';
import { carryAssets } from '../backups/backup-assets.ts';
import { APPLICATION_ID } from './connection.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { emptied, keptLibrary } from './library-mark.ts';
import { asFault, damaged, isDamage } from './storage-fault.ts';
import { syncFile, syncFolder } from './durable.ts';
import type { Migration } from '../migrations/migration.ts';

/** Refuses what is not ours or newer than we are, before anything is written. */
export function assertReadable(sqlite: Database.Database, file: string, newest: number): void {
  const { applicationId, version, tables } = identify(sqlite);
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
    throw failure('NOT_A_STORE', { file });
  }
  if (version > newest) {
    throw failure('NEWER_STORE', { version, newest });
  }
}

/** Refuses a store that has nothing in it where it has had something. */
export function assertLibraryInside(sqlite: Database.Database, folder: string): void {
  const { version, tables } = identify(sqlite);
  const hasStories = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'stories'").get() !== undefined;
  if (!hasStories && (version > 0 || tables > 0 || keptLibrary(folder))) throw emptied(folder);
  const has = (rows: string): boolean => {
    try {
      return sqlite.prepare(`SELECT 1 FROM ${rows} LIMIT 1`).get() !== undefined;
    } catch (error) {
      // What cannot be read at all is told when it is read.
      if (error instanceof Database.SqliteError && isDamage(error)) return true;
      throw error;
    }
  };
  // Also what is deleted keeps its row: where nothing belongs to a story, a page of the stories or chapters is gone.
  if (!hasStories || (!has('chapters') && !has('turns'))) return;
  // Without the keys, which lead nowhere where one of them has changed.
  if (!has('chapters NOT INDEXED JOIN stories NOT INDEXED ON +stories.id = +chapters.story_id'))
    throw damaged(join(folder, 'store.db'), new Error('no chapter belongs to a story'));
}

/**
 * Brings a store to the newest schema; each step is one transaction, and a copy is made first where there is something
 * to lose.
 */
export function migrate(sqlite: Database.Database, folder: string, migrations: readonly Migration[]): void {
  const { version, tables } = identify(sqlite);
  if (tables > 0 && migrations.some((step) => step.version > version)) backUp(sqlite, folder, version);
  upgrade(sqlite, migrations);
}

/** Without a copy before: of what is a copy itself. */
export function upgrade(sqlite: Database.Database, migrations: readonly Migration[]): void {
  const { version } = identify(sqlite);
  const due = migrations.filter((step) => step.version > version);
  if (due.length === 0) return;
  sqlite.pragma('foreign_keys = OFF');
  try {
    for (const step of due) attempt(sqlite, step);
  } finally {
    sqlite.pragma('foreign_keys = ON');
  }
}

function attempt(sqlite: Database.Database, step: Migration): void {
  try {
    sqlite.transaction(apply).immediate(sqlite, step);
  } catch (cause) {
    if (asFault(cause) !== cause) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw failure('MIGRATION_FAILED', { version: step.version }, { detail, cause });
  }
}

function apply(sqlite: Database.Database, step: Migration): void {
  sqlite.exec(step.up);
  const [broken] = sqlite.pragma('foreign_key_check') as { table: string; parent: string }[];
  if (broken) throw new Error(`A row of ${broken.table} would belong to nothing in ${broken.parent}.`);
  sqlite.pragma(`application_id = ${APPLICATION_ID}`);
  sqlite.pragma(`user_version = ${step.version}`);
}

function backUp(sqlite: Database.Database, folder: string, version: number): void {
  const backups = join(folder, 'backups');
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const kept = join(backups, `store-schema-${version}.db`);
  const partial = `${kept}.partial`;
  rmSync(partial, { force: true });
  sqlite.prepare('VACUUM INTO ?').run(partial);
  verify(partial);
  syncFile(partial);
  carryAssets(partial, assetsFolder(folder), assetsFolder(backups));
  renameSync(partial, kept);
  syncFolder(backups);
}

/** Refuses a copy whose structure is not whole. */
export function verify(file: string): void {
  const copy = new Database(file, { readonly: true });
  try {
    const result = copy.pragma('quick_check', { simple: true });
    if (result !== 'ok') throw failure('BACKUP_DAMAGED', {}, { detail: String(result) });
  } finally {
    copy.close();
  }
}

function identify(sqlite: Database.Database): { applicationId: number; version: number; tables: number } {
  return {
    applicationId: Number(sqlite.pragma('application_id', { simple: true })),
    version: Number(sqlite.pragma('user_version', { simple: true })),
    tables: Number(sqlite.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()),
  };
}
