import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../../shared/faults/failure.ts';
import { assetsFolder } from '../assets/asset-files.ts';
import { syncFile, syncFolder } from '../core/durable.ts';
import { carryAssets, sweepAssets } from './backup-assets.ts';
import { listBackups, readNote, removeBackup, writeNote } from './backup-files.ts';
import { surplus } from './thinning.ts';

/**
 * Makes sure that backups can be copied to a folder. Only its last part may be new: where more of it is missing, its
 * drive is not there, and what was written would lie on another one. All of this waits for a disk: never in main.
 */
export function makeSecondPlace(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const probe = join(folder, `.probe-${String(process.pid)}`);
  writeFileSync(probe, '', { flush: true });
  rmSync(probe);
}

/** The backups in it; fails where it cannot be reached. */
export function namesInSecondPlace(folder: string): string[] {
  readdirSync(folder);
  return listBackups(folder).map(({ name }) => name);
}

interface Copy {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Of all backups there together. */
  readonly limitBytes: number;
}

/** Copies a backup with its note, under the same name, into a folder that is there. */
export function copyBackup({ name, from, to, limitBytes }: Copy): void {
  const note = readNote(join(from, name));
  if (note === null) throw failure('BACKUP_GONE', { name });
  const partial = join(to, `${name}.partial`);
  try {
    copyFileSync(join(from, name), partial);
    syncFile(partial);
    carryAssets(partial, assetsFolder(from), assetsFolder(to));
    renameSync(partial, join(to, name));
    syncFolder(to);
    writeNote(join(to, name), note);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  for (const old of surplus(listBackups(to), limitBytes, name)) removeBackup(to, old);
  sweepAssets(to);
}
