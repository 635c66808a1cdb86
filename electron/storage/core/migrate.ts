import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { APPLICATION_ID } from './connection.ts';
import { asFault, damagedFault, StorageFault } from './storage-fault.ts';
import type { Migration } from '../migrations/index.ts';

/** Refuses what is not ours or newer than we are, before anything is written. */
export function assertReadable(sqlite: Database.Database, file: string, newest: number): void {
  const { applicationId, version, tables } = identify(sqlite);
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
    throw new StorageFault(
      'NOT_A_STORE',
      `${file} is not a store of Paphos. It was not changed. Move it away, or start with another folder: --data DIR.`,
    );
  }
  if (version > newest) {
    throw new StorageFault(
      'NEWER_STORE',
      `These stories were written by a newer Paphos (store ${version}, this one knows ${newest}). Nothing was changed. Install the newer version, or start with another folder: --data DIR.`,
    );
  }
}

/** Brings a store to the newest schema; each step is one transaction, and a copy is made first where there is something to lose. */
export function migrate(sqlite: Database.Database, folder: string, migrations: readonly Migration[]): void {
  const { version, tables } = identify(sqlite);
  const due = migrations.filter((step) => step.version > version);
  if (due.length === 0) return;
  if (tables > 0) backUp(sqlite, folder, version);
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
    const fault = asFault(cause);
    if (fault instanceof StorageFault) throw fault;
    throw new StorageFault(
      'MIGRATION_FAILED',
      `The stories could not be brought to store ${step.version}. They are unchanged; use the version you had before and tell us about this.`,
      { detail: cause instanceof Error ? cause.message : String(cause), cause },
    );
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
  sync(partial);
  renameSync(partial, kept);
  if (process.platform !== 'win32') sync(backups);
}

function verify(file: string): void {
  const copy = new Database(file, { readonly: true });
  try {
    const result = copy.pragma('quick_check', { simple: true });
    if (result !== 'ok') throw damagedFault('The copy made before the update', new Error(String(result)));
  } finally {
    copy.close();
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function identify(sqlite: Database.Database): { applicationId: number; version: number; tables: number } {
  return {
    applicationId: Number(sqlite.pragma('application_id', { simple: true })),
    version: Number(sqlite.pragma('user_version', { simple: true })),
    tables: Number(sqlite.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()),
  };
}
