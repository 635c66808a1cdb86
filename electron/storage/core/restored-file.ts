import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './durable.ts';

/** A store that is to take the place of the one in a folder. */
export const preparedFile = (folder: string): string => join(folder, 'store.db.restored');

export function removePrepared(folder: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${preparedFile(folder)}${end}`, { force: true });
}

const asideOf = (folder: string): string => join(folder, 'store.db.replaced');

/** After a kill in the middle of `putInPlace`: the store that was there is there again. */
export function settle(folder: string): void {
  removePrepared(folder);
  const [store, aside] = [join(folder, 'store.db'), asideOf(folder)];
  if (existsSync(aside) && !existsSync(store)) moveStore(aside, store);
  else if (!existsSync(aside) && existsSync(`${aside}-wal`)) renameSync(`${aside}-wal`, `${store}-wal`);
}

/**
 * Puts the prepared store in the place of the one that was there, which nobody writes any more, and answers with where
 * that one lies now; null where there was none.
 */
export function putInPlace(folder: string): string | null {
  const store = join(folder, 'store.db');
  const aside = existsSync(store) ? asideOf(folder) : null;
  if (aside !== null) {
    removeStore(aside);
    moveStore(store, aside);
  }
  rmSync(`${store}-shm`, { force: true });
  renameSync(preparedFile(folder), store);
  syncFolder(folder);
  return aside;
}

/** What was there before is there again. */
export function putBack(folder: string, aside: string | null): void {
  if (aside === null) return;
  const store = join(folder, 'store.db');
  for (const end of ['-wal', '-shm']) rmSync(`${store}${end}`, { force: true });
  moveStore(aside, store);
  syncFolder(folder);
}

/** The store that was replaced is kept under another name, or (null) not needed any more. */
export function endRestore(aside: string | null, keepAs: string | null): void {
  if (aside === null) return;
  if (keepAs === null) removeStore(aside);
  else moveStore(aside, keepAs);
}

function removeStore(file: string): void {
  for (const end of ['-wal', '']) rmSync(`${file}${end}`, { force: true });
}

/** Its log first: without it, a store has lost what was written last. */
function moveStore(from: string, to: string): void {
  if (existsSync(`${from}-wal`)) renameSync(`${from}-wal`, `${to}-wal`);
  renameSync(from, to);
}
