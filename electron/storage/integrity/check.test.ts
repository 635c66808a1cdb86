import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { applyChange } from '../repositories/changes.ts';
import { checkStore } from './check.ts';
import { appendJournal, beginGeneration } from '../repositories/generation-records.ts';
import { openStore, type Store } from '../core/open.ts';
import { closeRevision } from '../repositories/revisions.ts';
import { createStory } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';

let folder: string;
let copy: string;
let store: Store;
const chapter = newId();
const root = newId();
const words = (seed: string, count: number) => Array.from({ length: count }, (_, i) => `${seed}${i}`).join(' ');
const change = (ops: Parameters<typeof applyChange>[1]['ops']) =>
  applyChange(store.db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev: readTree(store.db, chapter, { texts: 'none' }).structureRev,
    ops,
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-check-'));
  copy = mkdtempSync(join(tmpdir(), 'paphos-copy-'));
  store = openStore(folder);
  createStory(store.db, {
    id: newId(),
    title: 'Titelwort harbour',
    chapterId: chapter,
    chapterTitle: 'Kapitelwort',
    turnId: root,
  });
  change([{ op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: words('erste', 40) }]);
  closeRevision(store.db, root, 'rest');
  change([{ op: 'setText', turnId: root, version: 2, at: 5, del: 3, ins: words('flick', 12) }]);
  closeRevision(store.db, root, 'rest');
  for (let i = 0; i < 12; i += 1)
    change([
      {
        op: 'insert',
        turn: { id: newId(), role: 'model', speaker: 'Sprecherin', marked: true, text: words('lang', 900) },
        after: root,
        as: 'alternate',
      },
    ]);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
  rmSync(copy, { recursive: true });
});

/** Openings of the words that were written, wherever they lie in a file. */
function places(bytes: Buffer): number[] {
  const found: number[] = [];
  for (const word of ['erste', 'flick', 'lang', 'offen', 'strom', 'Titelwort', 'Kapitelwort', 'Sprecherin']) {
    for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at + 1)) found.push(at);
  }
  return found;
}

/** Flips a bit in each of `count` places that hold words, each in a fresh copy; counts what the check tells. */
function flip(name: string, count: number): { flipped: number; told: number } {
  const bytes = readFileSync(join(folder, name));
  const all = places(bytes);
  let told = 0;
  for (let i = 0; i < count; i += 1) {
    const damaged = Buffer.from(bytes);
    const at = (all[Math.floor((i * all.length) / count)] ?? 0) + (i % 4);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (i % 8));
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, name), damaged);
    if (!checkStore(copy).ok) told += 1;
  }
  return { flipped: count, told };
}

describe('the check of a data folder', () => {
  test('finds nothing wrong with a sound store, running or closed', () => {
    expect(checkStore(folder)).toEqual({ ok: true, problems: [], notes: [] });
    store.close();
    expect(checkStore(folder)).toEqual({ ok: true, problems: [], notes: [] });
  });

  test('tells every flipped byte in the words of a closed store', () => {
    store.close();
    expect(flip('store.db', 120)).toEqual({ flipped: 120, told: 120 });
  });

  test('tells every flipped byte in the newest changes of a store that was killed', () => {
    change([{ op: 'setText', turnId: root, version: 3, at: 0, del: 0, ins: words('offen', 300) }]);
    const generationId = newId();
    beginGeneration(store.db, {
      id: generationId,
      chapterId: chapter,
      turnId: root,
      kind: 'continue',
      offset: 0,
      sampling: { ...DEFAULT_SAMPLING, seed: 7 },
      made: null,
      asked: null,
    });
    appendJournal(store.db, generationId, 1, words('strom', 300));
    expect(flip('store.db-wal', 60)).toEqual({ flipped: 60, told: 60 });
  });

  test('names the turn, the chapter and the entry of the history', () => {
    store.close();
    const file = join(folder, 'store.db');
    const bytes = readFileSync(file);
    bytes.write('E', bytes.indexOf('erste7'));
    writeFileSync(file, bytes);
    expect(checkStore(folder).problems).toMatchObject([
      {
        where: root,
        fault: {
          code: 'CHECK_TURN',
          params: { turn: 1, chapter: 'Kapitelwort', problem: { of: 'entry', seq: 2 } },
        },
      },
    ]);
  });

  test('tells a definition that has changed so that nobody could write', () => {
    store.close();
    const file = join(folder, 'store.db');
    const bytes = readFileSync(file);
    bytes.write('j', bytes.indexOf("kind TEXT NOT NULL CHECK (kind IN ('reply'"));
    writeFileSync(file, bytes);
    expect(checkStore(folder).problems).toMatchObject([
      { fault: { code: 'CHECK_UNREADABLE', params: { why: 'the definition of generations has changed' } } },
    ]);
  });

  test('says so when there is no store, or none of ours', () => {
    expect(checkStore(copy)).toMatchObject({
      ok: false,
      problems: [{ fault: { code: 'CHECK_NO_STORE', params: { folder: copy } } }],
    });
    writeFileSync(join(copy, 'store.db'), 'something else entirely, longer than a header. '.repeat(100));
    expect(checkStore(copy).ok).toBe(false);
  });
});
