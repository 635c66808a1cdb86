import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore } from '../core/open.ts';
import { first } from './0001-first.ts';

test('an empty folder becomes a store whose tables hold only what they say', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-first-'));
  openStore(folder, { migrations: [first] }).close();
  const sqlite = new Database(join(folder, 'store.db'));
  expect(sqlite.pragma('user_version', { simple: true })).toBe(1);
  expect(sqlite.pragma('application_id', { simple: true })).toBe(0x50617068);
  const tables = sqlite
    .prepare(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all();
  expect(tables).toEqual(
    [
      'changes',
      'chapters',
      'edits',
      'generations',
      'journal',
      'models',
      'revisions',
      'settings',
      'stories',
      'turns',
    ].map((name) => ({ name, strict: 1 })),
  );
  expect(() =>
    sqlite.prepare("INSERT INTO chapters VALUES ('c', 'nobody', 't', 1, 1, NULL, 0, 0, NULL, 0)").run(),
  ).toThrow(/FOREIGN KEY/);
  sqlite.close();
  rmSync(folder, { recursive: true });
});
