import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { readable, type ReadableDB } from '../core/handle.ts';
import { assertReadable, upgrade } from '../core/migrate.ts';
import { readStore } from '../core/read-store.ts';
import { isStorageFault } from '../core/storage-fault.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { MIGRATIONS } from '../migrations/index.ts';

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

/** Reads a backup, which is never written to: one of an older schema through a copy that is brought to the newest. */
export function readBackup<T>(file: string, act: (db: ReadableDB) => T): T {
  try {
    return read(file, act);
  } catch (error) {
    if (!isStorageFault(error)) throw error;
    throw failure('BACKUP_UNREADABLE', { name: basename(file) }, { cause: error, detail: String(error) });
  }
}

function read<T>(file: string, act: (db: ReadableDB) => T): T {
  const isOlder = readStore(file, ({ sqlite }) => {
    assertReadable(sqlite, file, NEWEST);
    return Number(sqlite.pragma('user_version', { simple: true })) < NEWEST;
  });
  return isOlder ? readUpgraded(file, act) : readStore(file, act);
}

function readUpgraded<T>(file: string, act: (db: ReadableDB) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-backup-'));
  try {
    const copy = join(folder, 'store.db');
    copyFileSync(file, copy);
    const sqlite = new Database(copy);
    try {
      upgrade(sqlite, MIGRATIONS);
      return act(readable(sqlite));
    } finally {
      sqlite.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
