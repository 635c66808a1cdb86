import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { assertLibrary, libraryVersion, secure } from './connection.ts';
import { openingFault, readOnly } from './storage-fault.ts';
import { recoverInterrupted, type Recovered } from '../repositories/generation-records.ts';
import { writable, type WritableDB } from './handle.ts';
import { lockFolder } from './lock.ts';
import { assertReadable, migrate } from './migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { closeAll } from '../repositories/revisions.ts';

export interface Store {
  readonly db: WritableDB;
  /** Generations that a crash cut off; their text is in their turns again. */
  readonly recovered: readonly Recovered[];
  /** Closes the open revisions and puts everything into the one file. */
  close(): void;
}

/** Opens the store of a data folder for this process alone, and makes it if there is none. */
export function openStore(folder: string, options: { migrations?: readonly Migration[] } = {}): Store {
  makeFolder(folder);
  const lock = lockFolder(folder);
  let sqlite: Database.Database | null = null;
  try {
    sqlite = openFile(folder, options.migrations ?? MIGRATIONS);
    const db = writable(sqlite);
    return { db, recovered: recoverInterrupted(db), close: () => closeStore(db, lock) };
  } catch (error) {
    sqlite?.close();
    lock.release();
    throw error;
  }
}

function closeStore(db: WritableDB, lock: { release(): void }): void {
  if (!db.sqlite.open) return;
  try {
    closeAll(db, 'close');
    db.sqlite.pragma('optimize');
  } finally {
    db.sqlite.close();
    lock.release();
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw readOnly(folder, cause);
  }
}

function openFile(folder: string, migrations: readonly Migration[]): Database.Database {
  const file = join(folder, 'store.db');
  const sqlite = connect(folder, file);
  try {
    assertLibrary(libraryVersion(sqlite));
    assertReadable(sqlite, file, migrations.at(-1)?.version ?? 0);
    secure(sqlite);
    migrate(sqlite, folder, migrations);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw openingFault(error, folder, file);
  }
}

function connect(folder: string, file: string): Database.Database {
  try {
    return new Database(file, { timeout: 5000 });
  } catch (cause) {
    throw openingFault(cause, folder, file);
  }
}
