import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { failure, FaultError } from '../../../shared/faults/failure.ts';
import { asFault, damaged, isDamage } from './storage-fault.ts';

const FILES = ['store.lock', 'store.db', 'store.db-wal', 'store.db-shm'];
/** More than SQLite asks of the disk before its first write. */
const ROOM_BYTES = 65_536;

/**
 * What stood in the way when a data folder was opened. SQLite has one code for missing rights, a full disk and a drive
 * that is read-only, so the system is asked.
 */
export function openingFault(error: unknown, folder: string): unknown {
  const cause = error instanceof FaultError ? error.cause : error;
  if (isSystemError(cause)) return refusal(folder, cause);
  if (!(cause instanceof Database.SqliteError)) return error;
  if (isDamage(cause)) return damaged(join(folder, 'store.db'), cause);
  if (cause.code.startsWith('SQLITE_FULL')) return failure('FOLDER_FULL', { folder }, { cause });
  if (!/^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/.test(cause.code)) return asFault(error);
  return refusal(folder, refusedIn(folder) ?? cause);
}

interface Refused extends Error {
  readonly code: string;
  readonly path?: string;
}

function refusal(folder: string, cause: Refused): FaultError {
  const { code, path = folder } = cause;
  const more = { cause, detail: cause.message };
  if (code === 'EACCES' || code === 'EPERM') return failure('FOLDER_RIGHTS', { path }, more);
  if (code === 'EROFS') return failure('FOLDER_READ_ONLY', { path }, more);
  if (code === 'ENOSPC' || code === 'EDQUOT') return failure('FOLDER_FULL', { folder }, more);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST') return failure('FOLDER_MISSING', { path }, more);
  return failure('FOLDER_UNUSABLE', { path, said: code }, more);
}

/** What the system says to a write into the files of a store, and to a new file beside them. */
function refusedIn(folder: string): Refused | null {
  try {
    for (const name of FILES) openForWriting(join(folder, name));
    writeProbe(folder);
    return null;
  } catch (error) {
    return isSystemError(error) ? error : null;
  }
}

function writeProbe(folder: string): void {
  const file = join(folder, `.probe-${String(process.pid)}`);
  try {
    writeFileSync(file, Buffer.alloc(ROOM_BYTES), { flush: true });
  } catch (error) {
    throw Object.assign(error as Error, { path: folder });
  } finally {
    rmSync(file, { force: true });
  }
}

function openForWriting(file: string): void {
  try {
    closeSync(openSync(file, 'r+'));
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
  }
}

/** Of files: a port that cannot be listened at is another matter. */
const isSystemError = (error: unknown): error is Refused =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  'syscall' in error &&
  error.syscall !== 'listen';
