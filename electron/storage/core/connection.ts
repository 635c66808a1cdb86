import type Database from 'better-sqlite3';
import { failure } from '../../../shared/faults/failure.ts';

/** "Paph": says that a file is a store of ours. */
export const APPLICATION_ID = 0x50617068;

const SETTINGS: readonly (readonly [name: string, value: number | string])[] = [
  ['busy_timeout', 5000],
  ['journal_mode', 'wal'],
  ['synchronous', 2],
  ['wal_autocheckpoint', 1000],
  ['journal_size_limit', 67_108_864],
  ['foreign_keys', 1],
  ['trusted_schema', 0],
  ['cell_size_check', 1],
  ['mmap_size', 0],
  ['temp_store', 2],
  ['secure_delete', 1],
  ...(process.platform === 'darwin'
    ? ([
        ['fullfsync', 1],
        ['checkpoint_fullfsync', 1],
      ] as const)
    : []),
];

/** Sets what durability rests on and reads it back: a connection that did not take it is not used. */
export function secure(sqlite: Database.Database): void {
  for (const [name, value] of SETTINGS) {
    sqlite.pragma(`${name} = ${value}`);
    const read = sqlite.pragma(name, { simple: true });
    if (read !== value)
      throw failure('UNSAFE_STORE', { setting: `${name} = ${value}` }, { detail: `${name} is ${String(read)}` });
  }
}

/** Older ones can damage a store in WAL mode when two connections reset it. */
export function assertLibrary(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major * 1e6 + minor * 1e3 + patch < 3_051_003) throw failure('OLD_SQLITE', { version, needed: '3.51.3' });
}

export function libraryVersion(sqlite: Database.Database): string {
  return String(sqlite.prepare('SELECT sqlite_version()').pluck().get());
}
