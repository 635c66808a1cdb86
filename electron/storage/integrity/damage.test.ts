import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { openStore, type Store } from '../core/open.ts';
import { applyChange } from '../repositories/changes.ts';
import { closeRevision } from '../repositories/revisions.ts';
import { createStory } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';

const FLIPS = sizeOf(100, 3000);
const chapterId = newId();
let folder = '';
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
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is damaged may stand in the way of closing the open revisions. */
function close(store: Store | undefined): void {
  try {
    store?.close();
  } catch {
    // The files are those of a copy.
  }
}

test(`no text that a disk has changed is read without a word: ${FLIPS} flipped bits, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const copy = mkdtempSync(join(tmpdir(), 'paphos-damaged-'));
  const whole = readFileSync(join(folder, 'store.db'));
  let told = 0;
  for (let flip = 0; flip < FLIPS; flip += 1) {
    cpSync(folder, copy, { recursive: true, force: true });
    const bytes = Buffer.from(whole);
    const at = 4096 + Math.floor(random() * (bytes.length - 4096));
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    writeFileSync(join(copy, 'store.db'), bytes);
    let store: Store | undefined;
    try {
      store = openStore(copy);
      const wrong = activePath(readTree(store.db, chapterId, { texts: 'path' }))
        .filter(({ id, text }) => truth.has(id) && truth.get(id) !== text)
        .map(({ id }) => id);
      for (const id of wrong) expect(store.db.damagedTurns, `byte ${String(at)}`).toContain(id);
      told += wrong.length;
    } catch (error) {
      // Anything else is told, and nothing is read.
      if (error instanceof Error && error.name === 'AssertionError') throw error;
    } finally {
      close(store);
    }
  }
  rmSync(copy, { recursive: true });
  expect(told).toBeGreaterThan(FLIPS / 20);
});
