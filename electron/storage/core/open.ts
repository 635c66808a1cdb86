import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { assertLibrary, libraryVersion, secure } from './connection.ts';
import { assertNotEmptied, markLibrary } from './library-mark.ts';
import { openingFault } from './opening-fault.ts';
import { isStorageFault } from './storage-fault.ts';
import { recoverInterrupted, type Recovered } from '../repositories/generation-records.ts';
import { writable, type WritableDB } from './handle.ts';
import { lockFolder } from './lock.ts';
import { assertLibraryInside, assertReadable, migrate } from './migrate.ts';
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
  let lock: { release(): void } | null = null;
  let sqlite: Database.Database | null = null;
  try {
    makeFolder(folder);
    const held = (lock = lockFolder(folder));
    assertNotEmptied(folder);
    sqlite = openFile(folder, options.migrations ?? MIGRATIONS);
    markLibrary(folder);
    const db = writable(sqlite);
    return { db, recovered: recoverInterrupted(db), close: () => closeStore(db, held) };
  } catch (error) {
    sqlite?.close();
    lock?.release();
    throw openingFault(error, folder);
  }
}

function closeStore(db: WritableDB, lock: { release(): void }): void {
  if (!db.sqlite.open) return;
  try {
    closeAll(db, 'close');
    db.sqlite.pragma('optimize');
  } catch (error) {
    // What was typed is stored without it; revisions that stay open are closed another day.
    if (!isStorageFault(error)) throw error;
  } finally {
    db.sqlite.close();
    lock.release();
  }
}

/** Node's own `recursive` calls a drive that is read-only a missing folder, and never ends in some places. */
function makeFolder(folder: string, isMissing = true): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isMissing || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    makeFolder(dirname(folder));
    makeFolder(folder, false);
  }
}

function openFile(folder: string, migrations: readonly Migration[]): Database.Database {
  const file = join(folder, 'store.db');
  const sqlite = new Database(file, { timeout: 5000 });
  try {
    assertLibrary(libraryVersion(sqlite));
    assertReadable(sqlite, file, migrations.at(-1)?.version ?? 0);
    assertLibraryInside(sqlite, folder);
    secure(sqlite);
    migrate(sqlite, folder, migrations);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
