import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { makePrivateFiles } from '../private-files.ts';
import { backupsFolder, listBackups } from '../storage/backups/backup-files.ts';
import { makeBackup } from '../storage/backups/make-backup.ts';
import { prepareRestore } from '../storage/backups/restore-store.ts';
import { lockFolder } from '../storage/core/lock.ts';
import { endRestore, putInPlace, replacedStore, settle } from '../storage/core/restored-file.ts';
import { chooseDataDir } from '../places.ts';
import { chooseStore } from './choose.ts';
import { usage } from './usage.ts';

interface Given {
  readonly data?: string | undefined;
}

/** Makes a backup of a data folder, which may be in use: 0 if every turn in it is as it was saved. */
export function runBackup(given: Given): number {
  const dataDir = chooseStore(given.data);
  makePrivateFiles();
  const { name, note } = makeBackup({ dataDir, at: Date.now(), reason: 'asked' });
  process.stdout.write(`${join(backupsFolder(dataDir), name)}\n`);
  if (note.problems === 0) return 0;
  process.stderr.write(
    `Paphos: ${String(note.problems)} things in it are not as they were saved. "paphos check" says which, and "paphos repair" repairs what can be repaired.\n`,
  );
  return 1;
}

/** Puts a backup in place of the store of a folder that nobody uses; what was there is kept. */
export function runRestore(name: string | undefined, given: Given): number {
  const dataDir = chooseDataDir(given.data);
  makePrivateFiles();
  const known = listBackups(backupsFolder(dataDir)).map((backup) => backup.name);
  if (name === undefined || !known.includes(name)) throw usage('USAGE_BACKUP', { given: name ?? null, known });
  mkdirSync(dataDir, { recursive: true });
  const lock = lockFolder(dataDir);
  try {
    const at = Date.now();
    settle(dataDir);
    prepareRestore({ dataDir, name });
    const kept = keepPresent(dataDir, at);
    const aside = putInPlace(dataDir);
    endRestore(aside, kept === null ? replacedStore(dataDir, at) : null);
    process.stdout.write(`The library in ${dataDir} is now that of ${name}.\n`);
    if (kept !== null) process.stdout.write(`What was there is kept as ${kept}.\n`);
    else if (aside !== null) process.stdout.write(`What was there is kept as ${replacedStore(dataDir, at)}.\n`);
    return 0;
  } finally {
    lock.release();
  }
}

/** A backup of what is there; null where it cannot be read, so that its file must be kept. */
function keepPresent(dataDir: string, at: number): string | null {
  if (!existsSync(join(dataDir, 'store.db'))) return null;
  try {
    return join(backupsFolder(dataDir), makeBackup({ dataDir, at, reason: 'restore' }).name);
  } catch (error) {
    process.stderr.write(`Paphos: ${sentenceOf(faultOf(error))}\n`);
    return null;
  }
}
