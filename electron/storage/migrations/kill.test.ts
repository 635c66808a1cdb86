import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { hash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { buildDiskShim, preloaded } from '../../../tests/helpers/power-cut/disk-shim.ts';
import { quickFolder } from '../../../tests/helpers/quick-folder.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { startChild } from '../../../tests/helpers/store-child.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { backupsFolder } from '../backups/backup-files.ts';
import { checkStore } from '../integrity/check.ts';
import { openStore } from '../core/open.ts';
import { applyChange } from '../repositories/changes.ts';
import { createStory } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';
import { MIGRATIONS } from './index.ts';

const KILLS = sizeOf(20, 500);
const NEWEST = MIGRATIONS.length;
const OLD = [1, 2, 3, 4, 5].map((steps) => NEWEST - steps);
const OPENER = new URL('../../../tests/helpers/store-opener.ts', import.meta.url);
const random = seededRandom(SEED);
const library = buildDiskShim();
const folders: string[] = [];
const newFolder = (): string => {
  const folder = quickFolder('migration');
  folders.push(folder);
  return folder;
};

interface State {
  readonly version: number;
  readonly hash: string;
}
interface OldLibrary {
  readonly folder: string;
  /** What its store is after each step, by version. */
  readonly states: ReadonlyMap<number, string>;
  /** How long opening takes, in milliseconds, and how many calls of the system. */
  readonly opening: { readonly ms: number; readonly calls: number };
}
const libraries = new Map<number, OldLibrary>();

/** The schema and every row of a store. A copy is looked at: whoever opens it undoes what a kill has left half done. */
function stateOf(file: string): State {
  const copy = join(newFolder(), 'store.db');
  for (const part of ['', '-wal', '-journal']) if (existsSync(file + part)) cpSync(file + part, copy + part);
  const sqlite = new Database(copy);
  try {
    const schema = sqlite
      .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
      .all() as { name: string; sql: string }[];
    const rows = schema
      .filter(({ sql }) => sql.startsWith('CREATE TABLE'))
      .map(({ name }) => sqlite.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).raw().all());
    const text = JSON.stringify([schema, rows], (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    );
    return { version: Number(sqlite.pragma('user_version', { simple: true })), hash: hash('sha256', text) };
  } finally {
    sqlite.close();
    rmSync(dirname(copy), { recursive: true });
  }
}

/** A library of the newest schema with a bit of everything that migrations change. */
function writeLibrary(folder: string): void {
  const { db, close } = openStore(folder);
  const [chapterId, root] = [newId(), newId()];
  createStory(db, { id: newId(), title: 'Old', chapterId, turnId: root });
  let after = root;
  for (let number = 0; number < 60; number += 1) {
    const id = newId();
    const turn = { id, role: 'model' as const, speaker: null, marked: true, text: `Turn ${number}. `.repeat(60) };
    const { structureRev } = readTree(db, chapterId, { texts: 'none' });
    applyChange(db, {
      changeId: newId(),
      chapterId,
      structureRev,
      ops: [{ op: 'insert', turn, after, as: 'chain' }],
    });
    db.sqlite
      .prepare(
        `INSERT INTO generations (id, chapter_id, turn_id, kind, start_offset, span_offset, settings, seed, started_at, ended_at)
        VALUES (?, ?, ?, 'reply', 0, 0, ?, 1, 1, 2)`,
      )
      .run(newId(), chapterId, id, JSON.stringify({ sampling: { seed: 1 }, promptChunk: 64 }));
    after = id;
  }
  const insert = db.sqlite.prepare(
    "INSERT INTO jobs VALUES (?, 'fingerprint', ?, ?, 'done', NULL, NULL, NULL, NULL, 1, 2)",
  );
  const title = JSON.stringify({ code: 'JOB_READS_MODEL', params: { name: 'tale' } });
  for (let n = 0; n < 40; n += 1) insert.run(newId(), JSON.stringify({ name: `tale ${n}` }), title);
  close();
}

/** What stood in a column that is another or none by now. */
const BEFORE: Readonly<Record<string, string>> = {
  updated_at: 'created_at',
  last_chapter_id: '(SELECT chapters.id FROM newest.chapters WHERE story_id = stories.id)',
};

/** The same library as an older Paphos would have it. */
function asOf(version: number, newest: string): string {
  const folder = newFolder();
  openStore(folder, { migrations: MIGRATIONS.slice(0, version) }).close();
  const sqlite = new Database(join(folder, 'store.db'));
  sqlite.pragma('foreign_keys = OFF');
  sqlite.prepare('ATTACH ? AS newest').run(join(newest, 'store.db'));
  const tables = sqlite
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const columnsOf = (schema: string, table: string) =>
    sqlite.prepare(`SELECT name FROM pragma_table_info(?, ?)`).pluck().all(table, schema) as string[];
  for (const table of tables) {
    const there = columnsOf('newest', table);
    const columns = columnsOf('main', table).filter((column) => there.includes(column) || column in BEFORE);
    // Digests of before schema 11 were texts.
    const then: Record<string, string> = { ...BEFORE, ...(version < 11 ? { digest: 'hex(digest)' } : {}) };
    const values = columns.map((column) => then[column] ?? column);
    sqlite.exec(
      `DELETE FROM ${table}; INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM newest.${table}`,
    );
  }
  sqlite.exec('DETACH newest');
  sqlite.pragma('journal_mode = delete');
  sqlite.pragma('page_size = 4096');
  sqlite.exec('VACUUM');
  sqlite.close();
  return folder;
}

beforeAll(async () => {
  const newest = newFolder();
  writeLibrary(newest);
  for (const version of OLD) {
    const folder = asOf(version, newest);
    const step = newFolder();
    cpSync(folder, step, { recursive: true });
    const states = new Map([[version, stateOf(join(step, 'store.db')).hash]]);
    for (let next = version + 1; next <= NEWEST; next += 1) {
      openStore(step, { migrations: MIGRATIONS.slice(0, next) }).close();
      states.set(next, stateOf(join(step, 'store.db')).hash);
    }
    const whole = newFolder();
    cpSync(folder, whole, { recursive: true });
    const calls = join(newFolder(), 'calls');
    const opener = startChild(OPENER, [whole], library === null ? {} : preloaded({ library, folder: whole, calls }));
    await opener.ready;
    const began = performance.now();
    opener.go();
    expect(await opener.ended, opener.complaint()).toBe(0);
    expect(stateOf(join(whole, 'store.db'))).toEqual({ version: NEWEST, hash: states.get(NEWEST) });
    libraries.set(version, {
      folder,
      states,
      opening: { ms: performance.now() - began, calls: existsSync(calls) ? Number(readFileSync(calls, 'utf8')) : 0 },
    });
  }
}, 120_000);
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Half of them before a call of the system that changes the store, the others at any time. */
async function killOnce(kill: number): Promise<number> {
  const version = OLD[kill % OLD.length] ?? NEWEST - 1;
  const old = libraries.get(version) ?? expect.fail('there is no such library');
  const folder = newFolder();
  cpSync(old.folder, folder, { recursive: true });
  const call = library !== null && kill % 2 === 0 ? 1 + Math.floor(random() * old.opening.calls) : null;
  const opener = startChild(
    OPENER,
    [folder],
    library === null || call === null
      ? {}
      : preloaded({ library, folder, fault: { errno: 'kill', first: call, last: call } }),
  );
  await opener.ready;
  opener.go();
  if (call === null) {
    await wait(random() * old.opening.ms);
    opener.kill();
  }
  expect(['SIGKILL', 0]).toContain(await opener.ended);

  const where = `schema ${String(version)}, kill ${String(kill)}${call === null ? '' : ` before call ${String(call)}`}`;
  const store = join(folder, 'store.db');
  // One that was to be put in its place with other pages stands aside until the next start.
  const found = stateOf(existsSync(store) ? store : `${store}.replaced`);
  expect(found.hash, `${where}: the store of schema ${String(found.version)}`).toBe(old.states.get(found.version));
  const kept = join(backupsFolder(folder), `store-schema-${String(version)}.db`);
  if (found.version > version) expect(existsSync(kept), where).toBe(true);
  if (existsSync(kept)) expect(stateOf(kept).hash, where).toBe(old.states.get(version));
  openStore(folder).close();
  expect(stateOf(join(folder, 'store.db')), where).toEqual({ version: NEWEST, hash: old.states.get(NEWEST) });
  expect(checkStore(folder).problems, where).toEqual([]);
  rmSync(folder, { recursive: true });
  return found.version === version ? 0 : 1;
}

test(`each of ${KILLS} kills in an update leaves the store of before or after a step, seed ${SEED}`, async () => {
  let after = 0;
  for (let kill = 0; kill < KILLS; kill += 2)
    for (const moved of await Promise.all([killOnce(kill), killOnce(kill + 1)])) after += moved;
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(KILLS);
}, 3_600_000);
