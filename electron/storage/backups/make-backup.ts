import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupReason } from '../../../shared/contract/backups.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { assetsFolder } from '../assets/asset-files.ts';
import { readStore } from '../core/read-store.ts';
import { asFault } from '../core/storage-fault.ts';
import { syncFile, syncFolder } from '../core/durable.ts';
import { checkFile, type Progress } from '../integrity/check.ts';
import { carryAssets, sweepAssets } from './backup-assets.ts';
import { backupFileName, backupsFolder, removePartials, writeNote, type BackupNote } from './backup-files.ts';
import { librarySize, libraryState } from './library-state.ts';

export interface BackupTask {
  readonly dataDir: string;
  readonly at: number;
  readonly reason: BackupReason;
  /** How much is left free on its disk, as a multiple of the store. */
  readonly room?: number;
}
export interface MadeBackup {
  readonly name: string;
  readonly note: BackupNote;
}

/**
 * Copies the store of a folder, which may be in use, into its backups, and looks into the copy: every turn by its hash.
 * Only then does it get its name and its note. It takes a while: never in main's way.
 */
export function makeBackup({ dataDir, at, reason, room = 2 }: BackupTask, progress?: Progress): MadeBackup {
  const began = performance.now();
  const folder = backupsFolder(dataDir);
  const store = join(dataDir, 'store.db');
  const name = backupFileName(at, reason);
  const file = join(folder, name);
  const partial = `${file}.partial`;
  const { size } = statSync(store);
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  removePartials(folder, at);
  assertRoom(folder, room * size);
  try {
    readStore(store, (db) => {
      db.sqlite.exec('COMMIT');
      db.sqlite.prepare('VACUUM INTO ?').run(partial);
    });
    syncFile(partial);
    carryAssets(partial, assetsFolder(dataDir), assetsFolder(folder));
    const note = { ...lookInto(partial, at, reason, progress), tookMs: Math.round(performance.now() - began) };
    renameSync(partial, file);
    syncFolder(folder);
    writeNote(file, note);
    sweepAssets(folder);
    return { name, note };
  } catch (error) {
    rmSync(partial, { force: true });
    throw asFault(error);
  }
}

function lookInto(file: string, at: number, reason: BackupReason, progress?: Progress): BackupNote {
  const problems = checkFile(file, progress).length;
  return readStore(file, (db) => ({
    at,
    reason,
    bytes: statSync(file).size,
    size: librarySize(db),
    problems,
    state: libraryState(db),
  }));
}

function assertRoom(folder: string, need: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < need) throw failure('BACKUP_NO_ROOM', { folder, need, free });
}
