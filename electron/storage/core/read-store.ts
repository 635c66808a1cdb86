import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readable, type ReadableDB } from './handle.ts';

/**
 * Reads a store beside the studio that may be running on it. One in a folder that may not be written cannot even be
 * read in WAL mode: then a copy is.
 */
export function readStore<T>(file: string, act: (db: ReadableDB) => T): T {
  try {
    return withFile(file, act);
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !/^SQLITE_(CANTOPEN|READONLY)/.test(error.code)) throw error;
  }
  return readCopy(file, act);
}

/** The same of a copy, so that a log which nobody has opened since a crash stays as it is. */
export function readCopy<T>(file: string, act: (db: ReadableDB) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-read-'));
  try {
    const copy = join(folder, 'store.db');
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    return withFile(copy, act);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withFile<T>(file: string, act: (db: ReadableDB) => T): T {
  const sqlite = new Database(file, { readonly: true, timeout: 5000 });
  try {
    sqlite.pragma('trusted_schema = OFF');
    sqlite.pragma('cell_size_check = ON');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    sqlite.exec('BEGIN');
    return act(readable(sqlite));
  } finally {
    sqlite.close();
  }
}
