import Database from 'better-sqlite3';
import type { StudioFault } from '../../../shared/contract/common.ts';

/** A StudioFault that can be thrown. `turnId` names the turn that a change did not fit. */
export class StorageFault extends Error implements StudioFault {
  override readonly name = 'StorageFault';
  readonly code: string;
  readonly detail?: string;
  readonly turnId?: string;

  constructor(code: string, message: string, more: { detail?: string; turnId?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.code = code;
    if (more.detail !== undefined) this.detail = more.detail;
    if (more.turnId !== undefined) this.turnId = more.turnId;
  }
}

export function readOnlyFault(folder: string, cause: unknown): StorageFault {
  return new StorageFault(
    'READ_ONLY',
    `Paphos may not write to its data folder ${folder}. Nothing was changed. Give your user the right to write there, or start with another folder: --data DIR.`,
    { cause },
  );
}

export function damagedFault(what: string, cause: unknown): StorageFault {
  return new StorageFault(
    'DAMAGED',
    `${what} is damaged and was not opened, so that nothing more is lost. Keep a copy of the folder, then put the newest file of its backups folder in place of store.db.`,
    { cause, ...detailOf(cause) },
  );
}

/** SQLite's own failures in words; everything else stays what it is. */
export function asFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const more = { cause: error, ...detailOf(error) };
  if (error.code.startsWith('SQLITE_FULL'))
    return new StorageFault(
      'DISK_FULL',
      'The disk is full. Everything saved so far is safe; the last change was not saved. Make room and go on writing.',
      more,
    );
  if (error.code.startsWith('SQLITE_READONLY'))
    return new StorageFault(
      'READ_ONLY',
      'The data folder has become read-only. Everything saved so far is safe; the last change was not saved. Make the folder writable again.',
      more,
    );
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code.startsWith('SQLITE_NOTADB'))
    return damagedFault('The store', error);
  if (error.code.startsWith('SQLITE_BUSY'))
    return new StorageFault(
      'BUSY',
      'Another program holds the store. The last change was not saved. Close that program and try again.',
      more,
    );
  if (error.code.startsWith('SQLITE_IOERR'))
    return new StorageFault(
      'DISK_ERROR',
      'The disk did not take the last change. Everything saved so far is kept. Check the drive and its connection, then try again.',
      more,
    );
  return error;
}

function detailOf(cause: unknown): { detail?: string } {
  return cause instanceof Error ? { detail: cause.message } : {};
}
