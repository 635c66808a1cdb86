import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { createRevisions } from './revision-closing.ts';

const REST_MS = 1000;
const [chapterId, turnId] = [newId(), newId()];
let folder = '';
let store: Store;

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'paphos-revisions-'));
  store = openStore(folder);
  createStory(store.db, { id: newId(), title: 'A story', chapterId, turnId });
  applyChange(store.db, {
    changeId: newId(),
    chapterId,
    structureRev: 0,
    ops: [{ op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'Typed.' }],
  });
});
afterEach(() => {
  vi.useRealTimers();
  store.close();
  rmSync(folder, { recursive: true });
});

const open = (): number => store.db.sqlite.prepare('SELECT count(*) FROM turns WHERE open = 1').pluck().get() as number;
const storeTakes = (takes: boolean): unknown => store.db.sqlite.pragma(`query_only = ${takes ? 0 : 1}`);

test('what a full disk does not take after a rest is tried again after the next, and ends nothing', () => {
  const revisions = createRevisions(store.db, REST_MS);
  revisions.touched(chapterId);
  storeTakes(false);
  vi.advanceTimersByTime(REST_MS);
  expect(open()).toBe(1);
  storeTakes(true);
  vi.advanceTimersByTime(REST_MS);
  expect(open()).toBe(0);
});

test('a writer who goes while the disk is full is let go', () => {
  const revisions = createRevisions(store.db, REST_MS);
  storeTakes(false);
  revisions.left(chapterId);
  storeTakes(true);
  vi.advanceTimersByTime(REST_MS);
  expect(open()).toBe(0);
});
