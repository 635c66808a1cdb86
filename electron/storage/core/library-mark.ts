import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../../shared/faults/failure.ts';
import { backupsFolder, listBackups } from '../backups/backup-files.ts';

const MARK = 'library.txt';
const TEXT = `This folder keeps a library of Paphos. Its stories are in store.db.
While this file is here, a store.db that is missing or empty is not taken for a new library.
`;
/** What a library puts beside its store, and an empty folder does not have. */
const BELONGINGS = ['backups', 'state', 'assets'];

/** From now on the folder is known to keep a library. Where that cannot be written, the next start tries again. */
export function markLibrary(folder: string): void {
  const mark = join(folder, MARK);
  if (existsSync(mark)) return;
  try {
    writeFileSync(mark, TEXT, { mode: 0o600, flush: true });
  } catch {
    // The library is there without it.
  }
}

/** Throws where a library was kept whose store is missing or has nothing in it: that is no first day. */
export function assertNotEmptied(folder: string): void {
  const file = join(folder, 'store.db');
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0 && keptLibrary(folder)) throw emptied(folder);
}

export const keptLibrary = (folder: string): boolean =>
  existsSync(join(folder, MARK)) || BELONGINGS.some((name) => filesIn(join(folder, name)).length > 0);

export const emptied = (folder: string): Error => {
  const backups = listBackups(backupsFolder(folder));
  const newest = backups.find(({ state }) => state === 'verified') ?? backups[0];
  return failure('STORE_EMPTIED', {
    file: join(folder, 'store.db'),
    mark: join(folder, MARK),
    backup: newest?.name ?? null,
  });
};

const filesIn = (folder: string): string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
