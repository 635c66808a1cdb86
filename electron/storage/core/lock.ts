import { join } from 'node:path';
import Database from 'better-sqlite3';
import { failure, FaultError } from '../../../shared/faults/failure.ts';

/** One studio per folder: a second SQLite file, held exclusively until it is released or the process ends. */
export function lockFolder(folder: string): { release(): void } {
  const sqlite = new Database(join(folder, 'store.lock'), { timeout: 0 });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    sqlite.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw failure('IN_USE', { folder }, { cause });
    }
    throw cause;
  }
  return { release: () => sqlite.close() };
}

export function isLocked(folder: string): boolean {
  try {
    lockFolder(folder).release();
    return false;
  } catch (error) {
    return error instanceof FaultError && error.fault.code === 'IN_USE';
  }
}
