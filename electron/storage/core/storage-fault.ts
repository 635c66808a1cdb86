import Database from 'better-sqlite3';
import { failure, FaultError } from '../../../shared/faults/failure.ts';

/** SQLite's own failures as faults; everything else stays what it is. */
export function asFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const more = { cause: error, detail: error.message };
  if (error.code.startsWith('SQLITE_FULL')) return failure('DISK_FULL', {}, more);
  if (error.code === 'SQLITE_READONLY_DBMOVED') return failure('STORE_GONE', {}, more);
  if (error.code.startsWith('SQLITE_READONLY')) return failure('STORE_READ_ONLY', {}, more);
  if (isDamage(error)) return damaged(null, error);
  if (error.code.startsWith('SQLITE_BUSY')) return failure('STORE_BUSY', {}, more);
  if (error.code.startsWith('SQLITE_IOERR')) return failure('DISK_ERROR', {}, more);
  return error;
}

/** Whether it was SQLite that failed. */
export const isStorageFault = (error: unknown): boolean =>
  (error instanceof FaultError ? error.cause : error) instanceof Database.SqliteError;

export const damaged = (file: string | null, cause: Error): FaultError =>
  failure('STORE_DAMAGED', { file }, { cause, detail: cause.message });

export const isDamage = ({ code }: { readonly code: string }): boolean =>
  code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
