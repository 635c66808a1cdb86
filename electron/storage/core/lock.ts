import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readOnlyFault, StorageFault } from './storage-fault.ts';

/** One studio per folder: a second SQLite file, held exclusively until it is released or the process ends. */
export function lockFolder(folder: string): { release(): void } {
  const sqlite = openLock(folder);
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    sqlite.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new StorageFault(
        'IN_USE',
        `Another Paphos is using the data folder ${folder}. Nothing was changed. Go on in that one, close it first, or start with another folder: --data DIR.`,
        { cause },
      );
    }
    throw readOnlyFault(folder, cause);
  }
  return { release: () => sqlite.close() };
}

export function isLocked(folder: string): boolean {
  try {
    lockFolder(folder).release();
    return false;
  } catch (error) {
    return error instanceof StorageFault && error.code === 'IN_USE';
  }
}

function openLock(folder: string): Database.Database {
  try {
    return new Database(join(folder, 'store.lock'), { timeout: 0 });
  } catch (cause) {
    throw readOnlyFault(folder, cause);
  }
}
