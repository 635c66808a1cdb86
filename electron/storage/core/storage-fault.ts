import Database from 'better-sqlite3';
import { failure, FaultError } from '../../../shared/faults/failure.ts';

/** SQLite's own failures as faults; everything else stays what it is. */
export function asFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const more = { cause: error, detail: error.message };
  if (error.code.startsWith('SQLITE_FULL')) return failure('DISK_FULL', {}, more);
  if (error.code.startsWith('SQLITE_READONLY')) return failure('STORE_READ_ONLY', {}, more);
  if (isDamage(error)) return damaged(null, error);
  if (error.code.startsWith('SQLITE_BUSY')) return failure('STORE_BUSY', {}, more);
  if (error.code.startsWith('SQLITE_IOERR')) return failure('DISK_ERROR', {}, more);
  return error;
}

/** What stood in the way when a store was opened. */
export function openingFault(error: unknown, folder: string, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(error.code)) return readOnly(folder, error);
  if (isDamage(error)) return damaged(file, error);
  const fault = asFault(error);
  return fault instanceof FaultError ? fault : damaged(file, error);
}

export const readOnly = (folder: string, cause: unknown): FaultError =>
  failure('FOLDER_READ_ONLY', { folder }, { cause });

const damaged = (file: string | null, cause: Error): FaultError =>
  failure('STORE_DAMAGED', { file }, { cause, detail: cause.message });

const isDamage = ({ code }: { readonly code: string }): boolean =>
  code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
