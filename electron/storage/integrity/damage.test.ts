import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { quickFolder } from '../../../tests/helpers/quick-folder.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { openStore, type Store } from '../core/open.ts';
import { PAGE_SIZE } from '../core/page-size.ts';
import { applyChange } from '../repositories/changes.ts';
import { closeRevision } from '../repositories/revisions.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';
import { checkStore } from './check.ts';

const DAMAGES = sizeOf(100, 3000);
const chapterId = newId();
let folder = '';
let copy = '';
let truth = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-damage-'));
  const { db, close } = openStore(folder);
  const root = newId();
  createStory(db, { id: newId(), title: 'Harbour', chapterId, turnId: root });
  let after = root;
  for (let number = 0; number < 24; number += 1) {
    const id = newId();
    const text = Array.from({ length: 120 }, (_, at) => `${String(number)}word${String(at)}`).join(' ');
    const turn = { id, role: 'model' as const, speaker: null, marked: true, text };
    const { structureRev } = readTree(db, chapterId, { texts: 'none' });
    const change = { changeId: newId(), chapterId, structureRev };
    applyChange(db, { ...change, ops: [{ op: 'insert', turn, after, as: 'chain' }] });
    // Some with patches behind the first text, some with edits that are still open.
    if (number % 3 > 0)
      applyChange(db, {
        ...change,
        changeId: newId(),
        structureRev: structureRev + 1,
        ops: [{ op: 'setText', turnId: id, version: 1, at: 10, del: 4, ins: ' another ' }],
      });
    if (number % 3 === 1) closeRevision(db, id, 'rest');
    after = id;
  }
  truth = new Map(activePath(readTree(db, chapterId, { texts: 'path' })).map(({ id, text }) => [id, text ?? '']));
  close();
  copy = quickFolder('damaged');
  cpSync(folder, copy, { recursive: true });
});
afterAll(() => {
  for (const one of [folder, copy]) rmSync(one, { recursive: true });
});

/** What is damaged may stand in the way of closing the open revisions. */
function close(store: Store | undefined): void {
  try {
    store?.close();
  } catch {
    // The files are those of a copy.
  }
}

const SECTOR = 512;

/** What a disk does to a file that nobody writes; the first page is only cut off with the rest. */
const damages = {
  'a flipped bit'(bytes, below) {
    const at = PAGE_SIZE + below(bytes.length - PAGE_SIZE);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    return bytes;
  },
  'a zeroed sector'(bytes, below) {
    const at = PAGE_SIZE + SECTOR * below((bytes.length - PAGE_SIZE) / SECTOR);
    return bytes.fill(0, at, at + SECTOR);
  },
  'a page in the place of another'(bytes, below) {
    const [from, to] = [below(bytes.length / PAGE_SIZE), 1 + below(bytes.length / PAGE_SIZE - 1)];
    bytes.copy(bytes, to * PAGE_SIZE, from * PAGE_SIZE, (from + 1) * PAGE_SIZE);
    return bytes;
  },
  'an end that is gone': (bytes, below) => bytes.subarray(0, SECTOR * (1 + below(bytes.length / SECTOR - 1))),
} satisfies Record<string, (bytes: Buffer, below: (limit: number) => number) => Buffer>;

type Found = 'whole' | 'told' | 'refused';

/** Reads a chapter as the page does: wrong texts have to be told, and a library is not blank. */
function read(where: string): Found {
  let store: Store | undefined;
  try {
    store = openStore(copy);
    expect(listStories(store.db).length, where).toBeGreaterThan(0);
    const path = activePath(readTree(store.db, chapterId, { texts: 'path' }));
    const wrong = path.filter(({ id, text }) => truth.has(id) && truth.get(id) !== text).map(({ id }) => id);
    for (const id of wrong) expect(store.db.damagedTurns, where).toContain(id);
    return wrong.length > 0 || path.length < truth.size ? 'told' : 'whole';
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error;
    return 'refused';
  } finally {
    close(store);
  }
}

test(`what a disk has changed is neither read without a word nor missed by the check: ${DAMAGES} damages, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const below = (limit: number): number => Math.floor(random() * limit);
  const kinds = Object.entries(damages);
  const whole = readFileSync(join(folder, 'store.db'));
  const found = { whole: 0, told: 0, refused: 0 };
  for (let number = 0; number < DAMAGES; number += 1) {
    const [kind, damage] = kinds[number % kinds.length] ?? expect.fail('no kind');
    const where = `${kind}, damage ${String(number)}`;
    for (const end of ['-wal', '-shm']) rmSync(join(copy, `store.db${end}`), { force: true });
    writeFileSync(join(copy, 'store.db'), damage(Buffer.from(whole), below));
    const { ok } = checkStore(copy);
    const said = read(where);
    if (said !== 'whole') expect(ok, where).toBe(false);
    found[said] += 1;
  }
  expect(found.told).toBeGreaterThan(DAMAGES / 20);
  expect(found.refused).toBeGreaterThan(DAMAGES / 20);
}, 600_000);
