import type Database from 'better-sqlite3';
import { verify } from './migrate.ts';
import { preparedFile, removePrepared } from './restored-file.ts';
import { syncFile } from './durable.ts';

/** In bytes. A saved message changes a few rows in several tables, and each costs a whole page. */
export const PAGE_SIZE = 2048;

/** Of a file that has nothing in it yet, and of copies that are made of one. */
export function choosePageSize(sqlite: Database.Database): void {
  sqlite.pragma(`page_size = ${PAGE_SIZE}`);
}

/**
 * Prepares a store of before, whose pages are larger, to be put in its own place with ours. False: its pages are ours,
 * or no whole copy can be made; it serves as it is.
 */
export function prepareOwnPages(sqlite: Database.Database, folder: string): boolean {
  if (sqlite.pragma('page_size', { simple: true }) === PAGE_SIZE) return false;
  const prepared = preparedFile(folder);
  try {
    choosePageSize(sqlite);
    sqlite.prepare('VACUUM INTO ?').run(prepared);
    verify(prepared);
    syncFile(prepared);
    return true;
  } catch {
    removePrepared(folder);
    return false;
  }
}
