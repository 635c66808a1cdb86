import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { createOldStory, putOldTurn } from '../../../tests/helpers/old-story.ts';
import { PAGE_SIZE } from '../core/page-size.ts';
import { openStore } from '../core/open.ts';
import { checkStore } from '../integrity/check.ts';
import { applyChange } from '../repositories/changes.ts';
import { createChapter } from '../repositories/chapters.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its turns, changes and order of stories, and goes on with them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-pages-'));
  const [older, newer, chapterId, root, second, changeId] = [newId(), newId(), newId(), newId(), newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 12) });
  const { sqlite } = before.db;
  createOldStory(sqlite, { id: newer, title: 'Newer', chapterId, turnId: root, updatedAt: 9 });
  putOldTurn(sqlite, { id: second, chapter_id: chapterId, parent_id: root, ord: 5, role: 'model' }, 'It rained on.');
  createOldStory(sqlite, { id: older, title: 'Older', chapterId: newId(), turnId: newId(), updatedAt: 5 });
  const ack = { structureRev: 1, versions: { [second]: 1 } };
  sqlite
    .prepare('INSERT INTO changes (seq, change_id, ack, digest) VALUES (77, ?, ?, NULL)')
    .run(changeId, JSON.stringify(ack));
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db)).toMatchObject([
    { id: newer, updatedAt: 9, lastChapterId: chapterId },
    { id: older, updatedAt: 5 },
  ]);
  expect(applyChange(db, { changeId, chapterId, structureRev: 1, ops: [] })).toEqual(ack);
  const turn = { id: newId(), role: 'user', speaker: null, marked: true, text: 'And then?' } as const;
  const change = { changeId: newId(), chapterId, structureRev: 1 };
  applyChange(db, {
    ...change,
    ops: [
      { op: 'activate', parentId: root, turnId: second },
      { op: 'insert', turn, after: second, as: 'chain' },
    ],
  });
  const tree = readTree(db, chapterId, { texts: 'path' });
  expect(activePath(tree).map(({ text, order }) => [text, order])).toEqual([
    ['', 1],
    ['It rained on.', 5],
    ['And then?', 6],
  ]);
  expect(db.sqlite.prepare('SELECT max(seq) FROM changes').pluck().get()).toBe(78);
  expect(listStories(db)[0]).toMatchObject({ id: newer, words: 5 });
  close();
  expect(checkStore(folder).problems).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a story is where its chapter that was written in last is, and two clocks set back change no order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-written-'));
  const { db, close } = openStore(folder);
  const [first, other, chapterId, later, turnId] = [newId(), newId(), newId(), newId(), newId()];
  createStory(db, { id: first, title: 'First', chapterId, turnId: newId() });
  createStory(db, { id: other, title: 'Other', chapterId: newId(), turnId: newId() });
  createChapter(db, { id: later, storyId: first, title: 'Later', turnId });
  expect(listStories(db)).toMatchObject([{ id: other }, { id: first, lastChapterId: chapterId }]);
  db.sqlite.exec('UPDATE chapters SET written_at = written_at + 3600000');
  db.counters.clear();
  const turn = { id: newId(), role: 'user', speaker: null, marked: true, text: 'Here.' } as const;
  const ops = [{ op: 'insert', turn, after: turnId, as: 'chain' }] as const;
  applyChange(db, { changeId: newId(), chapterId: later, structureRev: 1, ops });
  expect(listStories(db)).toMatchObject([{ id: first, lastChapterId: later }, { id: other }]);
  close();
  rmSync(folder, { recursive: true });
});

test('a store with larger pages is written anew in smaller ones, with all that is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-larger-'));
  const store = openStore(folder);
  createStory(store.db, { id: newId(), title: 'Kept', chapterId: newId(), turnId: newId() });
  const { sqlite } = store.db;
  sqlite.pragma('journal_mode = delete');
  sqlite.pragma('page_size = 4096');
  sqlite.exec('VACUUM');
  expect(sqlite.pragma('page_size', { simple: true })).toBe(4096);
  store.close();

  const { db, close } = openStore(folder);
  expect(db.sqlite.pragma('page_size', { simple: true })).toBe(PAGE_SIZE);
  expect(db.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(listStories(db).map(({ title }) => title)).toEqual(['Kept']);
  close();
  expect(checkStore(folder).problems).toEqual([]);
  rmSync(folder, { recursive: true });
});
