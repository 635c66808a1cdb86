import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { backupReason, librarySize, type Backup, type BackupReason } from '../../../shared/contract/backups.ts';
import { syncFolder } from '../core/durable.ts';
import { fileTime } from '../core/file-time.ts';

/** What is written down beside a backup once it was looked into; the file is listed as verified only with it. */
const noteSchema = z.object({
  at: z.number().int().min(0),
  reason: backupReason,
  bytes: z.number().int().min(0),
  size: librarySize,
  /** So many things in it were not as they were saved. */
  problems: z.number().int().min(0),
  /** Of the library as it was then (`library-state.ts`). */
  state: z.string(),
  /** How long it took, in milliseconds; older versions did not write it down. */
  tookMs: z.number().min(0).optional(),
});
export type BackupNote = Readonly<z.infer<typeof noteSchema>>;

export const backupsFolder = (dataDir: string): string => join(dataDir, 'backups');

export const backupFileName = (at: number, reason: BackupReason): string => `${fileTime(at)}-${reason}.db`;

/** What older versions called theirs. */
const BEFORE_UPDATE = /^store-schema-\d+\.db$/;

const noteOf = (file: string): string => file.replace(/\.db$/, '.json');

/** The backups of a folder, the newest first; without the folder none. */
export function listBackups(folder: string): Omit<Backup, 'inSecondPlace'>[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.db'))
    .flatMap((name) => readBackup(folder, name) ?? [])
    .toSorted((one, other) => other.at - one.at || (one.name < other.name ? 1 : -1));
}

function readBackup(folder: string, name: string): Omit<Backup, 'inSecondPlace'> | null {
  const file = join(folder, name);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  const { size: bytes, mtimeMs } = found;
  const note = readNote(file);
  if (note === null)
    return BEFORE_UPDATE.test(name)
      ? { name, at: Math.round(mtimeMs), reason: 'update', bytes, size: null, state: 'unknown' }
      : null;
  const state = note.bytes !== bytes ? 'changed' : note.problems > 0 ? 'damaged' : 'verified';
  return { name, at: note.at, reason: note.reason, bytes, size: note.size, state };
}

/** Null where there is none, or one that nobody can read. */
export function readNote(file: string): BackupNote | null {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(noteOf(file), 'utf8')));
  } catch {
    return null;
  }
}

/** The last step: what has no note is not listed. */
export function writeNote(file: string, note: BackupNote): void {
  const path = noteOf(file);
  writeFileSync(`${path}.partial`, JSON.stringify(note), { mode: 0o600, flush: true });
  renameSync(`${path}.partial`, path);
  syncFolder(join(path, '..'));
}

export function removeBackup(folder: string, name: string): void {
  const file = join(folder, name);
  rmSync(noteOf(file), { force: true });
  rmSync(file, { force: true });
}

/** What a studio that ended left behind, before another one begins; `paphos backup` makes those that were asked for. */
export function removeAbandoned(folder: string): void {
  for (const name of namesIn(folder).filter((one) => /-(?:work|quit|restore|repair)\.db\.partial$/.test(one)))
    rmSync(join(folder, name), { force: true });
}

/** Longer no backup stands still. */
const STALE_MS = 60 * 60_000;

/** What backups that were cut off left behind; another one may be under way. */
export function removePartials(folder: string, now: number): void {
  for (const name of namesIn(folder).filter((one) => one.endsWith('.partial'))) {
    const file = join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (Math.abs(now - written) > STALE_MS) rmSync(file, { force: true });
  }
}

const namesIn = (folder: string): string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
