import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { openStore, type Store } from '../core/open.ts';
import { checkStore } from '../integrity/check.ts';
import { applyChange } from '../repositories/changes.ts';
import { createStory, listStories, removeStory, renameStory } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';
import { backupsFolder, listBackups } from './backup-files.ts';
import { makeBackup } from './make-backup.ts';
import { readBackup } from './read-backup.ts';
import { prepareRestore } from './restore-store.ts';
import { copyBackup, makeSecondPlace } from './second-place.ts';
import { isStoryHere, putStory, readStory, storiesIn } from './take-story.ts';

const AT = Date.UTC(2026, 10, 28, 7, 30);
let dataDir = '';
let store: Store;
const story = newId();
const chapter = newId();
const root = newId();

const write = (text: string) => {
  const { structureRev, turns } = readTree(store.db, chapter, { texts: 'all' });
  const turn = turns.get(root);
  applyChange(store.db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev,
    ops: [{ op: 'setText', turnId: root, version: turn?.version ?? 1, at: 0, del: turn?.text?.length ?? 0, ins: text }],
  });
};
const alternate = (text: string) => {
  applyChange(store.db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev: readTree(store.db, chapter, { texts: 'none' }).structureRev,
    ops: [
      {
        op: 'insert',
        turn: { id: newId(), role: 'model', speaker: 'Mara', marked: true, text },
        after: root,
        as: 'alternate',
      },
    ],
  });
};
const textsOf = (chapterId: string): string[] =>
  [...readTree(store.db, chapterId, { texts: 'all' }).turns.values()].map(({ text }) => text ?? '').toSorted();
const backUp = (at = AT) => makeBackup({ dataDir, at, reason: 'asked' });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'paphos-backups-'));
  store = openStore(dataDir);
  createStory(store.db, { id: story, title: 'The Key', chapterId: chapter, turnId: root });
  write('The lamp was out.');
  alternate('Mara lit it.');
  alternate('Mara waited.');
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true });
});

test('a backup is made of a store in use, looked into, and listed with what is in it', () => {
  const { name } = backUp();
  write('Later words.');
  expect(listBackups(backupsFolder(dataDir))).toEqual([
    {
      name,
      at: AT,
      reason: 'asked',
      bytes: statSync(join(backupsFolder(dataDir), name)).size,
      size: { stories: 1, chapters: 1, turns: 3 },
      state: 'verified',
    },
  ]);
  readBackup(join(backupsFolder(dataDir), name), (backup) => {
    expect(listStories(backup).map(({ title }) => title)).toEqual(['The Key']);
    expect(readTree(backup, chapter, { texts: 'all' }).turns.get(root)?.text).toBe('The lamp was out.');
  });
});

test('one whose file is another than the one looked into is not called verified; one without a note is not listed', () => {
  const { name } = backUp();
  const file = join(backupsFolder(dataDir), name);
  writeFileSync(file, readFileSync(file).subarray(0, -4096));
  expect(listBackups(backupsFolder(dataDir))).toMatchObject([{ name, state: 'changed' }]);
  rmSync(file.replace('.db', '.json'));
  expect(listBackups(backupsFolder(dataDir))).toEqual([]);
});

test('a store with a damaged turn gives a backup that says so, and is not put in place of a library', () => {
  store.db.sqlite.exec(`UPDATE revisions SET body = 'The lamp was lit.' WHERE turn_id = '${root}'`);
  store.db.sqlite.exec(`UPDATE edits SET ins = 'The lamp was lit.' WHERE turn_id = '${root}'`);
  const { name } = backUp();
  expect(listBackups(backupsFolder(dataDir))).toMatchObject([{ name, state: 'damaged' }]);
  expect(() => {
    prepareRestore({ dataDir, name });
  }).toThrow(/not everything/i);
  expect(existsSync(join(dataDir, 'store.db.restored'))).toBe(false);
});

test('a backup in place of the library: its texts are there, the handle goes on writing, what is of this computer stays', () => {
  const { name } = backUp();
  write('Later words.');
  removeStory(store.db, story);
  store.db.sqlite.exec(
    `INSERT INTO settings VALUES ('interface', 'theme', '"dark"'), ('model:x', 'hardware', '{"threads":7}'), ('speed', 'x', '[]'), ('story:x', 'sampling', '{}')`,
  );
  prepareRestore({ dataDir, name });
  store.restore(null);
  expect(listStories(store.db)).toHaveLength(1);
  expect(textsOf(chapter)).toEqual(['Mara lit it.', 'Mara waited.', 'The lamp was out.']);
  expect(store.db.sqlite.prepare('SELECT scope FROM settings').pluck().all()).toEqual([
    'interface',
    'model:x',
    'speed',
  ]);
  write('Written afterwards.');
  store.close();
  expect(checkStore(dataDir)).toEqual({ ok: true, problems: [], notes: [] });
  store = openStore(dataDir);
  expect(textsOf(chapter)).toContain('Written afterwards.');
  expect(existsSync(join(dataDir, 'store.db.replaced'))).toBe(false);
});

test('a restore that fails leaves the library that was there', () => {
  // As where a file cannot be renamed.
  expect(() => store.restore(null)).toThrow(/ENOENT/);
  write('Written afterwards.');
  expect(textsOf(chapter)).toContain('Written afterwards.');
  store.close();
  store = openStore(dataDir);
  expect(textsOf(chapter)).toContain('Written afterwards.');
  expect(checkStore(dataDir).problems).toEqual([]);
});

test('a store that was replaced, and that a kill left there, is kept with the next start', () => {
  store.close();
  copyFileSync(join(dataDir, 'store.db'), join(dataDir, 'store.db.replaced'));
  store = openStore(dataDir);
  const kept = readdirSync(dataDir).filter((name) => name.startsWith('store-replaced-'));
  expect(kept).toHaveLength(1);
  expect(existsSync(join(dataDir, 'store.db.replaced'))).toBe(false);
});

test('what is damaged in a backup is damaged where its story is taken out, under its own ids and beside itself', () => {
  const { name } = backUp();
  const file = join(backupsFolder(dataDir), name);
  const backup = new Database(file);
  backup.prepare("UPDATE edits SET ins = 'The lamp was lit.' WHERE turn_id = ?").run(root);
  backup
    .prepare("UPDATE turns SET speaker = 'Tom' WHERE id = (SELECT min(id) FROM turns WHERE speaker = 'Mara')")
    .run();
  backup.close();
  const stored = readBackup(file, (db) => readStory(db, story));
  putStory(store.db, stored, AT);
  expect(checkStore(dataDir).problems.map(({ fault: { code } }) => code)).toEqual(['CHECK_TURN', 'CHECK_TURN']);
  const other = mkdtempSync(join(tmpdir(), 'paphos-backups-other-'));
  const empty = openStore(other);
  putStory(empty.db, stored, AT);
  expect(checkStore(other).problems.map(({ fault: { code } }) => code)).toEqual(['CHECK_TURN', 'CHECK_TURN']);
  empty.close();
  rmSync(other, { recursive: true });
});

test('a story comes back under its own ids where it is gone, and beside itself where it is not', () => {
  const { name } = backUp();
  const file = join(backupsFolder(dataDir), name);
  write('Later words.');
  const beside = putStory(
    store.db,
    readBackup(file, (backup) => readStory(backup, story)),
    AT,
  );
  expect(beside).not.toBe(story);
  const [taken] = listStories(store.db).filter(({ id }) => id === beside);
  expect(taken?.title).toMatch(/^The Key \(backup of 2026-11-2\d \d\d:\d\d\)$/);
  expect(textsOf(taken?.lastChapterId ?? '')).toEqual(['Mara lit it.', 'Mara waited.', 'The lamp was out.']);
  expect(textsOf(chapter)).toContain('Later words.');
  expect(checkStore(dataDir).problems).toEqual([]);

  const other = mkdtempSync(join(tmpdir(), 'paphos-backups-other-'));
  const empty = openStore(other);
  try {
    readBackup(file, (backup) => {
      expect(storiesIn(backup)).toMatchObject([{ id: story, title: 'The Key', chapters: 1, turns: 3 }]);
      expect([isStoryHere(empty.db, story), isStoryHere(store.db, story)]).toEqual([false, true]);
      expect(putStory(empty.db, readStory(backup, story), AT)).toBe(story);
    });
    expect(listStories(empty.db)).toMatchObject([{ id: story, title: 'The Key' }]);
  } finally {
    empty.close();
  }
  expect(checkStore(other).problems).toEqual([]);
  rmSync(other, { recursive: true });
});

test('a second place has the same backups, each with its note', () => {
  const { name } = backUp();
  const second = join(dataDir, 'stick');
  const copy = { name, from: backupsFolder(dataDir), to: second, limitBytes: 1e9 };
  // Without its drive nothing is written anywhere.
  expect(() => copyBackup(copy)).toThrow(/ENOENT/);
  expect(() => makeSecondPlace(join(second, 'away'))).toThrow(/ENOENT/);
  expect(existsSync(second)).toBe(false);
  makeSecondPlace(second);
  copyBackup(copy);
  expect(listBackups(second)).toEqual(listBackups(backupsFolder(dataDir)));
  renameStory(store.db, story, 'Renamed');
});

test('what a backup under way has written stays, and what one that was cut off left goes', () => {
  mkdirSync(backupsFolder(dataDir));
  const [young, old] = ['young.db.partial', 'old.db.partial'].map((name) => join(backupsFolder(dataDir), name));
  for (const file of [young, old]) writeFileSync(file ?? '', '');
  utimesSync(young ?? '', AT / 1000, AT / 1000 - 60);
  utimesSync(old ?? '', AT / 1000, AT / 1000 - 2 * 3600);
  backUp();
  expect([young, old].map((file) => existsSync(file ?? ''))).toEqual([true, false]);
});

test('no backup is made where the disk would be left too full', () => {
  mkdirSync(backupsFolder(dataDir));
  expect(() => makeBackup({ dataDir, at: AT, reason: 'asked', room: 2 ** 60 })).toThrow(/free/);
  expect(listBackups(backupsFolder(dataDir))).toEqual([]);
});

const KILLS = sizeOf(10, 200);

test(`a backup or restore that is killed leaves nothing half listed and a library that opens: ${KILLS} kills, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  for (let n = 0; n < 40; n += 1) alternate(`Alternate ${n} ${'word '.repeat(2000)}`);
  const texts = textsOf(chapter);
  const { name } = backUp();
  store.close();
  const script = fileURLToPath(new URL('../../../tests/helpers/backup-writer.ts', import.meta.url));
  for (let n = 0; n < KILLS; n += 1) {
    const child = spawn(process.execPath, [script, dataDir, n % 2 === 0 ? 'backup' : 'restore', name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await wait(random() * 120);
    child.kill('SIGKILL');
    await once(child, 'close');
    for (const backup of listBackups(backupsFolder(dataDir)))
      expect(backup, `kill ${String(n)}`).toMatchObject({ state: 'verified', size: { stories: 1, turns: 43 } });
    store = openStore(dataDir);
    expect(textsOf(chapter), `kill ${String(n)}`).toEqual(texts);
    store.close();
    expect(checkStore(dataDir).problems).toEqual([]);
  }
  store = openStore(dataDir);
}, 600_000);
