import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './durable.ts';
import { fileTime } from './file-time.ts';

/** A store that is to take the place of the one in a folder. */
export const preparedFile = (folder: string): string => join(folder, 'store.db.restored');

export function removePrepared(folder: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${preparedFile(folder)}${end}`, { force: true });
}

const asideOf = (folder: string): string => join(folder, 'store.db.replaced');

/** Where a store is kept that was replaced, and that no backup could be made of. */
export const replacedStore = (folder: string, at: number): string => join(folder, `store-replaced-${fileTime(at)}.db`);

/** After a kill in the middle of `putInPlace` the store that was there is there again. */
export function settle(folder: string): void {
  const [store, aside] = [join(folder, 'store.db'), asideOf(folder)];
  if (existsSync(store)) keepAside(folder);
  else if (existsSync(aside)) moveStore(aside, store);
  if (existsSync(`${aside}-wal`)) renameSync(`${aside}-wal`, `${store}-wal`);
}

/** A store that was replaced and is still there: nobody knows any more whether a backup holds all of it. */
export function keepAside(folder: string): void {
  const aside = asideOf(folder);
  if (existsSync(aside)) moveStore(aside, replacedStore(folder, Date.now()));
}

/**
 * Puts the prepared store in the place of the one that was there, which nobody writes any more, and answers with where
 * that one lies now; null where there was none.
 */
export function putInPlace(folder: string): string | null {
  const store = join(folder, 'store.db');
  const aside = existsSync(store) ? asideOf(folder) : null;
  if (aside !== null) moveStore(store, aside);
  rmSync(`${store}-shm`, { force: true });
  renameSync(preparedFile(folder), store);
  syncFolder(folder);
  return aside;
}

/** However far `putInPlace` came in a folder without an older store aside, the store that was there is there again. */
export function putBack(folder: string): void {
  const [store, aside] = [join(folder, 'store.db'), asideOf(folder)];
  if (existsSync(aside)) {
    for (const end of ['-wal', '-shm']) rmSync(`${store}${end}`, { force: true });
    moveStore(aside, store);
  } else if (existsSync(`${aside}-wal`)) renameSync(`${aside}-wal`, `${store}-wal`);
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
