import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { assertLibrary, libraryVersion, secure } from './connection.ts';
import { assertNotEmptied, markLibrary } from './library-mark.ts';
import { openingFault } from './opening-fault.ts';
import { isStorageFault } from './storage-fault.ts';
import { recoverInterrupted, type Recovered } from '../repositories/generation-records.ts';
import { assertAnswers, useFile, writable, type WritableDB } from './handle.ts';
import { lockFolder } from './lock.ts';
import { assertLibraryInside, assertReadable, migrate } from './migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import { endRestore, keepAside, putBack, putInPlace, removePrepared, settle } from './restored-file.ts';
import { choosePageSize, prepareOwnPages } from './page-size.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { logState } from './wal.ts';
import { closeAll } from '../repositories/revisions.ts';

export interface Store {
  readonly db: WritableDB;
  /** Generations that a crash cut off; their text is in their turns again. */
  readonly recovered: readonly Recovered[];
  /** The last one who had it did not close it. */
  readonly wasCutOff: boolean;
  /** And something that was acknowledged then cannot be read any more. */
  readonly isLogDamaged: boolean;
  /**
   * The store that was prepared for this folder (`../backups/restore-store.ts`) is in use from now on. `keepAs`: where
   * the one before is kept; null: a backup holds all of it.
   */
  restore(keepAs: string | null): void;
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
    removePrepared(folder);
    settle(folder);
    assertNotEmptied(folder);
    // Whoever closes a store puts its log into it.
    const wasCutOff = existsSync(join(folder, 'store.db-wal'));
    // SQLite forgets it when the store is opened.
    const isLogDamaged = logState(join(folder, 'store.db')) === 'damaged';
    sqlite = openFile(folder, options.migrations ?? MIGRATIONS);
    if (prepareOwnPages(sqlite, folder)) {
      sqlite.close();
      endRestore(putInPlace(folder), null);
      sqlite = openFile(folder, options.migrations ?? MIGRATIONS);
    }
    markLibrary(folder);
    const db = writable(sqlite);
    return {
      db,
      recovered: recoverInterrupted(db),
      wasCutOff,
      isLogDamaged,
      restore: (keepAs) => {
        putRestored(db, folder, keepAs);
      },
      close: () => closeStore(db, held),
    };
  } catch (error) {
    sqlite?.close();
    lock?.release();
    throw openingFault(error, folder);
  }
}

/** Whatever fails, the folder and the handle have a whole store: the restored one, or the one that they had. */
function putRestored(db: WritableDB, folder: string, keepAs: string | null): void {
  keepAside(folder);
  db.sqlite.close();
  let aside: string | null;
  try {
    aside = putInPlace(folder);
    useFile(db, openFile(folder, MIGRATIONS));
    recoverReplies(db);
  } catch (error) {
    db.sqlite.close();
    putBack(folder);
    useFile(db, openFile(folder, MIGRATIONS));
    throw error;
  }
  try {
    endRestore(aside, keepAs);
  } catch {
    // Where it could not be moved away, the next start keeps it.
  }
}

/** Of a store that was copied while one was written, and before anybody else writes into it. */
function recoverReplies(db: WritableDB): void {
  const { held } = db;
  db.held = null;
  try {
    recoverInterrupted(db);
  } finally {
    db.held = held;
  }
}

function closeStore(db: WritableDB, lock: { release(): void }): void {
  if (!db.sqlite.open) return;
  assertAnswers(db);
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
  choosePageSize(sqlite);
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
