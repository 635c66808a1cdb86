import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { activePath, applyOps } from '../../../shared/document/tree.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { openStore, type Store } from '../core/open.ts';
import { checkStore } from '../integrity/check.ts';
import { applyChange } from './changes.ts';
import { appendJournal, beginGeneration, endedReply, endGeneration } from './generation-records.ts';
import { removedItems } from './removed.ts';
import { createStory } from './stories.ts';
import { readTree } from './turns.ts';

const [story, chapterId, said, first, second, generationId] = [newId(), newId(), newId(), newId(), newId(), newId()];
let folder: string;
let store: Store;

const tree = () => readTree(store.db, chapterId, { texts: 'path' });
const shown = () => activePath(tree()).map(({ id }) => id);
const change = (...ops: Op[]) =>
  applyChange(store.db, { changeId: newId(), chapterId, structureRev: tree().structureRev, ops });
const turn = (id: string, role: 'user' | 'model', text: string) => ({ id, role, speaker: null, marked: true, text });
const fails = () =>
  endGeneration(store.db, { generationId, reason: 'error', stats: null, candidates: null, takesBack: true });

/** A second answer beside the first, for which a reply has just begun. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-back-'));
  store = openStore(folder);
  createStory(store.db, { id: story, title: 'Story', chapterId, turnId: said });
  change({ op: 'setText', turnId: said, version: 1, at: 0, del: 0, ins: 'Who is there?' });
  change({ op: 'insert', turn: turn(first, 'model', 'Nobody.'), after: said, as: 'chain' });
  begin('');
});
afterEach(() => {
  store.close();
  expect(checkStore(folder).problems).toEqual([]);
  rmSync(folder, { recursive: true });
});

function begin(text: string): void {
  change({ op: 'insert', turn: turn(second, 'model', text), after: said, as: 'alternate' });
  beginGeneration(store.db, {
    id: generationId,
    chapterId,
    turnId: second,
    kind: 'retry',
    offset: text.length,
    sampling: { ...DEFAULT_SAMPLING, seed: 1 },
    made: { shownBefore: first },
    asked: null,
  });
}

test('a reply that fails before its first word leaves the chapter as it was, and a page can do the same', () => {
  const page = tree();
  const { undone, text } = fails();
  expect(text).toBe('');
  expect(shown()).toEqual([said, first]);
  expect(undone?.structureRev).toBe(tree().structureRev);
  expect(activePath(applyOps(page, undone?.ops ?? [])).map(({ id }) => id)).toEqual([said, first]);
  expect(removedItems(store.db)).toEqual([]);
  expect(endedReply(store.db, generationId)?.undone).toEqual(undone);
});

test('the beginning of a reply that was to be made again goes with it, and is not among what was deleted', () => {
  fails();
  const again = newId();
  change({ op: 'insert', turn: turn(again, 'model', 'Nobo'), after: said, as: 'alternate' });
  const other = newId();
  beginGeneration(store.db, {
    id: other,
    chapterId,
    turnId: again,
    kind: 'retry',
    offset: 4,
    sampling: { ...DEFAULT_SAMPLING, seed: 1 },
    made: { shownBefore: first },
    asked: null,
  });
  endGeneration(store.db, { generationId: other, reason: 'stopped', stats: null, candidates: null, takesBack: true });
  expect(shown()).toEqual([said, first]);
  expect(removedItems(store.db)).toEqual([]);
  change({ op: 'restore', turnId: again });
  change({ op: 'remove', turnId: again });
  expect(removedItems(store.db)).toMatchObject([{ kind: 'turn', id: again }]);
});

test.each<[string, (...ids: string[]) => unknown]>([
  ['typed into it', () => change({ op: 'setText', turnId: second, version: 1, at: 0, del: 0, ins: 'I say: ' })],
  ['wrote below it', () => change({ op: 'insert', turn: turn(newId(), 'user', 'And?'), after: second, as: 'chain' })],
  ['named its speaker', () => change({ op: 'setSpeaker', turnId: second, speaker: 'Anna' })],
  ['got its first words', () => appendJournal(store.db, generationId, 1, 'It was')],
])('nothing is taken back where somebody has %s', (_what, act) => {
  act();
  expect(fails().undone).toBeNull();
  expect(tree().turns.get(second)?.tombstone).toBeNull();
  expect(shown().slice(0, 2)).toEqual([said, second]);
});

test('where another alternate is shown by then, that stays', () => {
  const third = newId();
  change({ op: 'insert', turn: turn(third, 'model', 'Me.'), after: said, as: 'alternate' });
  expect(fails().undone?.ops).toEqual([{ op: 'remove', turnId: second }]);
  expect(shown()).toEqual([said, third]);
});

test('where what was shown before is gone by then, what is left is shown', () => {
  const third = newId();
  change({ op: 'insert', turn: turn(third, 'model', 'Me.'), after: said, as: 'beside' });
  change({ op: 'remove', turnId: first });
  fails();
  expect(shown()).toEqual([said, third]);
});

test('the studio ended while a reply waited: the next start takes its turn back', () => {
  store.close();
  store = openStore(folder);
  expect(store.recovered).toMatchObject([{ generationId, text: '' }]);
  expect(shown()).toEqual([said, first]);
  expect(tree().turns.get(second)).toMatchObject({ interrupted: false });
  expect(endedReply(store.db, generationId)?.undone?.ops).toHaveLength(2);
});
