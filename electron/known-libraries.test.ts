import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertLibraryThere, isLibraryMissing, rememberLibrary } from './known-libraries.ts';
import { openStore } from './storage/core/open.ts';

const before = process.env['PAPHOS_CONFIG'];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-known-'));
  process.env['PAPHOS_CONFIG'] = join(folder, 'config');
});
afterEach(() => {
  process.env['PAPHOS_CONFIG'] = before;
  rmSync(folder, { recursive: true });
});

function used(name: string): string {
  const data = join(folder, name);
  openStore(data).close();
  rememberLibrary(data);
  return data;
}

test('a folder that was used before and is absent or empty is missed, and one that never was is not', () => {
  const data = used('data');
  expect(isLibraryMissing(data)).toBe(false);
  rmSync(data, { recursive: true });
  expect(isLibraryMissing(data)).toBe(true);
  mkdirSync(data);
  expect(() => assertLibraryThere(data)).toThrow(/--new-library/);
  writeFileSync(join(data, 'lost+found'), '');
  expect(isLibraryMissing(data)).toBe(true);
  expect(isLibraryMissing(join(folder, 'other'))).toBe(false);
});

test('one of which something is left is told in its own words when it is opened', () => {
  const data = used('data');
  rmSync(join(data, 'store.db'));
  expect(isLibraryMissing(data)).toBe(false);
  expect(() => openStore(data)).toThrow(/There was a library here/);
});

test('the list is the hundred used last, for their owner alone, and a broken one is begun anew', () => {
  for (let n = 0; n < 103; n += 1) rememberLibrary(`/library-${String(n)}`, n);
  const file = join(folder, 'config', 'libraries.json');
  const list = JSON.parse(readFileSync(file, 'utf8')) as { folder: string; usedAt: number }[];
  expect(list).toHaveLength(100);
  expect(list[0]).toEqual({ folder: '/library-102', usedAt: 102 });
  expect(readdirSync(join(folder, 'config'))).toEqual(['libraries.json']);
  writeFileSync(file, '{');
  expect(isLibraryMissing('/library-102')).toBe(false);
  rememberLibrary('/library-102');
  expect(isLibraryMissing('/library-102')).toBe(true);
});
