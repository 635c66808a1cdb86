import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { quickFolder } from '../../../tests/helpers/quick-folder.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { backupsFolder, listBackups } from '../backups/backup-files.ts';
import { makeBackup } from '../backups/make-backup.ts';
import { openStore, type Store } from '../core/open.ts';
import { PAGE_SIZE } from '../core/page-size.ts';
import { checkStore, type CheckResult } from '../integrity/check.ts';
import { applyChange } from '../repositories/changes.ts';
import { listRevisions, revisionText } from '../repositories/history.ts';
import { setNote } from '../repositories/note-records.ts';
import { closeRevision } from '../repositories/revisions.ts';
import { createStory } from '../repositories/stories.ts';
import { readTree, turnText } from '../repositories/turns.ts';
import { applyRepairs, renewIndexes, withMended, type Applied } from './apply-repairs.ts';
import { diagnose, keepBefore, safeRepairs } from './repair-store.ts';

const FLIPS = sizeOf(30, 200);
/** Which bit of which letter of a key. */
const BITS = [7, 1, 0, 2, 3, 4, 5, 6]
  .flatMap((bit, at) => [
    { bit, offset: at % 2 === 0 ? 2 : 30 },
    { bit, offset: at % 2 === 0 ? 30 : 2 },
  ])
  .filter((_, at) => at % 2 === 0 || sizeOf(0, 1) > 0)
  .slice(0, sizeOf(2, 16));
const KILLS = sizeOf(3, 100);
const TURNS = 24;
const chapterId = newId();
const ids: string[] = [];
/** Every text that each turn has had, by its version. */
const written = new Map<string, Map<number, string>>();
const inBackup = new Map<string, number>();
let folder = '';
let copy = '';

const random = seededRandom(SEED);
const below = (limit: number): number => Math.floor(random() * limit);
const prose = (name: string): string => Array.from({ length: 60 }, (_, at) => `${name}word${String(at)}`).join(' ');

function change({ db }: Store, ops: Parameters<typeof applyChange>[1]['ops']): void {
  const { structureRev } = readTree(db, chapterId, { texts: 'none' });
  applyChange(db, { changeId: newId(), chapterId, structureRev, ops });
}

function insert(store: Store, name: string): void {
  const id = newId();
  const turn = { id, role: 'model' as const, speaker: null, marked: true, text: prose(name) };
  change(store, [{ op: 'insert', turn, after: ids.at(-1) ?? null, as: 'chain' }]);
  ids.push(id);
  written.set(id, new Map([[1, turn.text]]));
}

function edit(store: Store, id: string, ins: string): void {
  const texts = written.get(id) ?? new Map<number, string>();
  const [version, text] = [...texts].at(-1) ?? [1, ''];
  change(store, [{ op: 'setText', turnId: id, version, at: 10, del: 4, ins }]);
  texts.set(version + 1, text.slice(0, 10) + ins + text.slice(14));
}

const newestOf = (id: string): string => [...(written.get(id)?.values() ?? [])].at(-1) ?? '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-repair-'));
  const store = openStore(folder);
  const root = newId();
  const storyId = newId();
  createStory(store.db, { id: storyId, title: 'Harbour', chapterId, turnId: root });
  createStory(store.db, { id: newId(), title: 'Another', chapterId: newId(), turnId: newId() });
  setNote(store.db, storyId, 'memory', { text: 'It rains.', depth: 0, role: 'system', sends: 'always' }, 0);
  ids.push(root);
  written.set(root, new Map([[1, '']]));
  for (let number = 1; number < TURNS; number += 1) {
    insert(store, String(number));
    const id = ids.at(-1) ?? '';
    if (number % 3 > 0) edit(store, id, ' another ');
    if (number % 3 === 1) closeRevision(store.db, id, 'rest');
  }
  for (const id of ids) inBackup.set(id, [...(written.get(id)?.keys() ?? [])].at(-1) ?? 0);
  makeBackup({ dataDir: folder, at: Date.now(), reason: 'asked' });
  // What no backup has: changes that are closed, changes that are open, a turn.
  for (const [place, id] of ids.entries()) {
    if (place > 0 && place % 4 < 2) edit(store, id, ' later ');
    if (place % 4 === 0) closeRevision(store.db, id, 'rest');
    if (place > 0 && place % 8 === 0) edit(store, id, ` still later ${String(place)} `);
  }
  insert(store, 'new');
  // Open revisions stay open, as after a kill; all is in the one file.
  store.db.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  copy = quickFolder('repaired');
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, 'store.lock'), { force: true });
  store.close();
  for (const end of ['-wal', '-shm']) rmSync(join(copy, `store.db${end}`), { force: true });
  cpSync(copy, folder, { recursive: true });
});
afterAll(() => {
  for (const one of [folder, copy]) rmSync(one, { recursive: true });
});
beforeEach(() => {
  rmSync(copy, { recursive: true });
  cpSync(folder, copy, { recursive: true });
});

const storeFile = (): string => join(copy, 'store.db');

/** Writes over what the disk has of a text, wherever that lies. */
function garble(text: string, with_: string): void {
  const bytes = readFileSync(storeFile());
  const at = bytes.indexOf(text);
  expect(at, text).toBeGreaterThan(0);
  for (let found = at; found !== -1; found = bytes.indexOf(text, found + 1)) bytes.write(with_, found);
  writeFileSync(storeFile(), bytes);
}

interface Repaired extends Applied {
  readonly kept: readonly string[];
  readonly after: CheckResult;
}

function repair(): Repaired {
  const store = openStore(copy);
  try {
    const first = diagnose(copy);
    const kept = keepBefore(store.db, copy, Date.now(), first.repairs);
    const mended = first.repairs.reindexes ? renewIndexes(store.db) : [];
    const repairs = safeRepairs(first.repairs.reindexes ? diagnose(copy) : first);
    return { ...withMended(applyRepairs(store.db, repairs), mended), kept, after: checkStore(copy) };
  } finally {
    store.close();
  }
}

function shown<T>(read: (store: Store, texts: ReadonlyMap<string, string>) => T): T {
  const store = openStore(copy);
  try {
    const path = activePath(readTree(store.db, chapterId, { texts: 'path' }));
    return read(store, new Map(path.map(({ id, text }) => [id, text ?? ''])));
  } finally {
    store.close();
  }
}

test('a sound library with a backup: nothing is to be repaired, and nothing is changed', () => {
  expect(checkStore(copy)).toEqual({ ok: true, problems: [], notes: [] });
  expect(diagnose(copy).repairs).toEqual({
    turns: [],
    chapters: [],
    stories: [],
    recounted: [],
    jobs: [],
    reindexes: false,
  });
});

test('a text that a backup has is exactly as it was saved again, with what was written after the backup', () => {
  const id = ids[8] ?? '';
  garble('8word30 8word31', '8WORD__ _WORD_1');
  const { exact, older, after } = repair();
  expect({ exact, older, problems: after.problems }).toEqual({ exact: [id], older: [], problems: [] });
  shown(({ db }, texts) => {
    expect(texts.get(id)).toBe(newestOf(id));
    expect(texts.get(id)).toContain(' still later ');
    expect([...db.damagedTurns]).toEqual([]);
    const had = listRevisions(db, id).find(({ reason }) => reason === 'damaged');
    expect(revisionText(db, id, had?.seq ?? 0)).toContain('8WORD__ _WORD_1');
  });
  expect(listBackups(backupsFolder(copy)).map(({ reason, state }) => [reason, state])).toEqual([
    ['repair', 'damaged'],
    ['asked', 'verified'],
  ]);
});

test('a text whose newest state is nowhere else goes back to the newest that is certain; what the disk had stays', () => {
  // Its open edit is gone, and the backup is older than its newest entry.
  const id = ids[8] ?? '';
  garble(' still later 8 ', ' STILL_LATER_8_');
  expect(repair()).toMatchObject({ exact: [], older: [id], after: { ok: true } });
  shown(({ db }, texts) => {
    const known = [...(written.get(id) ?? [])].at(-2)?.[1];
    expect(texts.get(id)).toBe(known);
    const [newest, had] = listRevisions(db, id);
    expect([newest?.reason, had?.reason]).toEqual(['repaired', 'damaged']);
    expect(revisionText(db, id, had?.seq ?? 0)).toContain(' STILL_LATER_8_');
  });
});

test('without any good text a turn stays as it is, and is still named', () => {
  garble('newword3 newword4', 'NEW_____ NEW_____');
  const id = ids.at(-1) ?? '';
  const { exact, older, after } = repair();
  expect([exact, older, after.problems.map(({ where }) => where)]).toEqual([[], [], [id]]);
  shown(({ db }) => expect([...db.damagedTurns]).toEqual([id]));
});

test('one bit of a text that is nowhere else is turned back', () => {
  garble('newword3 newword4', 'newworl3 newword4');
  expect(repair()).toMatchObject({ exact: [ids.at(-1)], after: { ok: true } });
  shown((_, texts) => expect(texts.get(ids.at(-1) ?? '')).toBe(prose('new')));
});

test('what is written into a damaged turn makes it no less damaged, and stays when it is repaired', () => {
  const id = ids[3] ?? '';
  garble('3word30 3word31', '3WORD__ _WORD_1');
  const store = openStore(copy);
  expect(turnText(store.db, id)).toContain('3WORD__');
  edit(store, id, ' on it ');
  for (let n = 0; n < 40; n += 1) closeRevision(store.db, id, 'rest');
  store.close();
  expect(checkStore(copy).problems.map(({ where }) => where)).toContain(id);
  expect(repair()).toMatchObject({ exact: [id], after: { ok: true } });
  shown((_, texts) => expect(texts.get(id)).toBe(newestOf(id)));
  written.get(id)?.delete([...(written.get(id)?.keys() ?? [])].at(-1) ?? 0);
});

test('a wrong number of words is noted, is no damage, and is counted anew', () => {
  const store = openStore(copy);
  const words = () => store.db.sqlite.prepare('SELECT words FROM chapters WHERE id = ?').pluck().get(chapterId);
  const before = words();
  store.db.sqlite.exec(`UPDATE chapters SET words = 7 WHERE id = '${chapterId}'`);
  store.db.sqlite.exec(`UPDATE turns SET words = 9 WHERE id = '${ids[4] ?? ''}'`);
  const { check, repairs } = diagnose(copy);
  expect(check).toMatchObject({ ok: true, problems: [], notes: [{ fault: { code: 'CHECK_WORDS' } }] });
  applyRepairs(store.db, repairs);
  expect(words()).toBe(before);
  store.close();
  expect(checkStore(copy)).toEqual({ ok: true, problems: [], notes: [] });
});

test('an entry of the long work that cannot be read is named, and goes with a repair', () => {
  const store = openStore(copy);
  store.db.sqlite.exec(
    `INSERT INTO jobs (id, kind, params, title, state, created_at) VALUES ('j', 'backup', '{"rea', '{}', 'done', 1)`,
  );
  store.close();
  expect(checkStore(copy).problems).toMatchObject([{ where: 'j', fault: { code: 'CHECK_JOB' } }]);
  expect(repair().after.ok).toBe(true);
});

interface Key {
  readonly table: string;
  readonly column: string;
  /** Its bytes, and how the rest of a row follows, in the table and not in its indexes. */
  readonly bytes: string;
  readonly rest: RegExp;
}

/** All by which a row is found or belongs to another. */
function keysOf(): Key[] {
  const store = openStore(folder);
  const storyId = String(store.db.sqlite.prepare("SELECT id FROM stories WHERE title = 'Harbour'").pluck().get());
  store.close();
  const id = ids[9] ?? '';
  const before = ids[8] ?? '';
  return [
    { table: 'stories', column: 'id', bytes: storyId, rest: /^Harbour/ },
    { table: 'notes', column: 'story_id', bytes: storyId, rest: /^memory/ },
    { table: 'chapters', column: 'id', bytes: chapterId, rest: new RegExp(`^${storyId}`) },
    { table: 'chapters', column: 'story_id', bytes: storyId, rest: /^Chapter/ },
    { table: 'turns', column: 'id', bytes: id, rest: new RegExp(`^${chapterId}`) },
    { table: 'turns', column: 'chapter_id', bytes: chapterId, rest: new RegExp(`^${before}${ids[10] ?? ''}`) },
    { table: 'turns', column: 'parent_id', bytes: before, rest: new RegExp(`^${ids[10] ?? ''}`) },
    { table: 'revisions', column: 'turn_id', bytes: id, rest: /^.{0,4}fullmodel/s },
    { table: 'revisions', column: 'turn_id', bytes: ids.at(-1) ?? '', rest: /^.{0,4}fullmodel/s },
    { table: 'edits', column: 'turn_id', bytes: id, rest: /^.{2,4} (?:another|later) /s },
    { table: 'edits', column: 'turn_id', bytes: before, rest: /^.{2,4} still later /s },
  ];
}

test('one bit in any key, that no backup has: everything is as it was saved again, and nothing that could be read is lost', () => {
  const whole = readFileSync(storeFile());
  for (const { table, column, bytes, rest } of keysOf())
    for (const { bit, offset } of BITS) {
      const where = `${table}.${column}, bit ${String(bit)} of letter ${String(offset)}`;
      rmSync(copy, { recursive: true });
      cpSync(folder, copy, { recursive: true });
      rmSync(backupsFolder(copy), { recursive: true });
      const flipped = Buffer.from(whole);
      const places = [...flipped.toString('latin1').matchAll(new RegExp(bytes, 'g'))].map(({ index }) => index + 36);
      const at = places.find((end) => rest.test(flipped.toString('latin1', end, end + 100))) ?? 0;
      expect(at, where).toBeGreaterThan(0);
      const byte = at - 36 + offset;
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << bit);
      writeFileSync(storeFile(), flipped);
      const { kept, after } = repair();
      expect(after.problems, where).toEqual([]);
      expect(
        kept.some((file) => readFileSync(file).equals(flipped)),
        where,
      ).toBe(true);
      shown((_, texts) => {
        for (const id of ids) expect(texts.get(id), where).toBe(newestOf(id));
      });
    }
}, 120_000);

test('what cannot be put back keeps nothing else from being repaired', () => {
  const wrong = ids[9] ?? '';
  rmSync(join(backupsFolder(copy)), { recursive: true });
  garble(`${wrong}${chapterId}`, `${wrong.slice(0, 30)}\u00e9\u00e9zz${chapterId}`);
  garble('newword3 newword4', 'newworl3 newword4');
  const { exact, after } = repair();
  expect(exact).toContain(ids.at(-1));
  expect(after.ok).toBe(false);
  expect(after.problems.map(({ where }) => where)).not.toContain(ids.at(-1));
});

test('a turn of a chapter that is not there keeps nobody from closing the library', () => {
  const store = openStore(copy);
  store.db.sqlite.pragma('foreign_keys = OFF');
  store.db.sqlite.exec("UPDATE turns SET chapter_id = 'nowhere' WHERE open = 1");
  expect(() => store.close()).not.toThrow();
});

/** Reads and repairs a library of which one bit has changed; nothing wrong may be shown that is not named. */
function flipAndRepair(where: string, whole: Buffer): 'untouched' | 'exact' | 'older' | 'stays' | 'refused' {
  const bytes = Buffer.from(whole);
  const at = PAGE_SIZE + below(bytes.length - PAGE_SIZE);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
  writeFileSync(storeFile(), bytes);
  const told = checkStore(copy);
  let repaired: Repaired;
  const good = new Set<string>();
  try {
    shown(({ db }, texts) => {
      for (const [id, text] of texts) if (text === newestOf(id) && !db.damagedTurns.has(id)) good.add(id);
      for (const [id, text] of texts)
        if (text !== newestOf(id)) expect([db.damagedTurns.has(id), told.ok], where).toEqual([true, false]);
    });
    repaired = repair();
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error;
    expect(told.ok, where).toBe(false);
    return 'refused';
  }
  const { exact, older, after } = repaired;
  const named = new Set(after.problems.map((problem) => problem.where));
  const look = (): void =>
    shown(({ db }, texts) => {
      for (const id of ids) {
        const text = texts.get(id);
        if (text === newestOf(id)) continue;
        expect([...good], `${where}: what could be read`).not.toContain(id);
        if (!older.includes(id)) {
          expect(after.ok || (text !== undefined && !named.has(id) && !db.damagedTurns.has(id)), where).toBe(false);
          continue;
        }
        const versions = [...(written.get(id) ?? [])].filter(([, known]) => known === text).map(([version]) => version);
        expect(Math.max(0, ...versions), where).toBeGreaterThanOrEqual(inBackup.get(id) ?? 1);
      }
    });
  try {
    look();
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error;
    expect(after.ok, where).toBe(false);
    return 'refused';
  }
  if (told.ok) return 'untouched';
  if (!after.ok) return 'stays';
  return older.length > 0 ? 'older' : exact.length > 0 ? 'exact' : 'untouched';
}

test(`after one flipped bit in each of ${FLIPS} libraries every turn has its newest good text, or is named, seed ${SEED}`, () => {
  const whole = readFileSync(storeFile());
  const found = { untouched: 0, exact: 0, older: 0, stays: 0, refused: 0 };
  for (let number = 0; number < FLIPS; number += 1) {
    rmSync(copy, { recursive: true });
    cpSync(folder, copy, { recursive: true });
    found[flipAndRepair(`flip ${String(number)}`, whole)] += 1;
  }
  console.log(`repair: ${JSON.stringify(found)}`);
  expect(found.refused).toBeLessThan(FLIPS / 2);
}, 600_000);

test(`a repair that is killed leaves the library as it was or repaired: ${KILLS} kills, seed ${SEED}`, async () => {
  const script = fileURLToPath(new URL('../../../tests/helpers/repair-writer.ts', import.meta.url));
  const damaged = [ids[3], ids[6], ids[9]].map((id) => id ?? '');
  const isWhole = (): boolean => shown(({ db }) => db.damagedTurns.size === 0);
  for (let kill = 0; kill < KILLS; kill += 1) {
    rmSync(copy, { recursive: true });
    cpSync(folder, copy, { recursive: true });
    for (const name of ['3', '6', '9']) garble(`${name}word30 ${name}word31`, `${name}WORD__ _WORD_1`);
    const child = spawn(process.execPath, [script, copy], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    await wait(random() * 150);
    child.kill('SIGKILL');
    await ended;
    shown(({ db }, texts) => {
      for (const id of ids) if (!damaged.includes(id)) expect(texts.get(id), `kill ${String(kill)}`).toBe(newestOf(id));
      expect([0, damaged.length], `kill ${String(kill)}`).toContain(db.damagedTurns.size);
    });
    if (!isWhole()) repair();
    expect(checkStore(copy).problems, `kill ${String(kill)}`).toEqual([]);
    shown((_, texts) => {
      for (const id of ids) expect(texts.get(id), `kill ${String(kill)}`).toBe(newestOf(id));
    });
  }
}, 600_000);
