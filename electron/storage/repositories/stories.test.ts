import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { applyChange } from './changes.ts';
import { beginGeneration } from './generation-records.ts';
import { createChapter, listChapters, removeChapter, renameChapter, restoreChapter } from './chapters.ts';
import { addJob, listJobs } from './job-records.ts';
import { getModel, rememberModel } from './model-records.ts';
import { countRemoved, removedItems } from './removed.ts';
import { openStore, type Store } from '../core/open.ts';
import { closeAll } from './revisions.ts';
import { readScope, readSetting, writeSetting } from './setting-records.ts';
import { createStory, listStories, removeStory, renameStory, restoreStory } from './stories.ts';
import { readTree } from './turns.ts';

let folder: string;
let store: Store;
const [story, chapter, turn] = [newId(), newId(), newId()];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-stories-'));
  store = openStore(folder);
  createStory(store.db, { id: story, title: 'The harbour', chapterId: chapter, turnId: turn });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const type = (version: number, ins: string) =>
  applyChange(store.db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev: 1,
    ops: [{ op: 'setText', turnId: turn, version, at: 0, del: 0, ins }],
  });
test('the story that was written in last comes first, also where the clock was set back', () => {
  const [second, secondChapter] = [newId(), newId()];
  const titles = () => listStories(store.db).map(({ title }) => title);
  const now = vi.spyOn(Date, 'now').mockReturnValue(1000);
  createStory(store.db, { id: second, title: 'The lamp', chapterId: secondChapter, turnId: newId() });
  expect(titles()).toEqual(['The lamp', 'The harbour']);
  type(1, 'Fog.');
  closeAll(store.db, 'close');
  expect(titles()).toEqual(['The harbour', 'The lamp']);
  const jobs = ['first', 'then'].map((name) => {
    const title = { code: 'JOB_READS_MODEL', params: { name } };
    const { id } = addJob(store.db, { id: newId(), kind: 'reads', params: {}, title });
    now.mockReturnValue(500);
    return id;
  });
  expect(listJobs(store.db).map(({ id }) => id)).toEqual(jobs.toReversed());
  now.mockRestore();
});

test('what was deleted last stands first, also where the clock was set back', () => {
  const now = vi.spyOn(Date, 'now');
  const other = newId();
  createStory(store.db, { id: other, title: 'The lamp', chapterId: newId(), turnId: newId() });
  const second = newId();
  createChapter(store.db, { id: second, storyId: story, title: 'The quay', turnId: newId() });
  type(1, 'Fog.');
  removeStory(store.db, other);
  now.mockReturnValue(2000);
  removeChapter(store.db, second);
  now.mockReturnValue(1000);
  const { structureRev } = readTree(store.db, chapter, { texts: 'none' });
  applyChange(store.db, { changeId: newId(), chapterId: chapter, structureRev, ops: [{ op: 'remove', turnId: turn }] });
  now.mockRestore();
  expect(removedItems(store.db).map(({ id }) => id)).toEqual([turn, second, other]);
});

const reopen = () => {
  store.close();
  store = openStore(folder);
};

describe('stories and chapters', () => {
  test('the story written in last comes first, with its words and its chapter', () => {
    const other = newId();
    createStory(store.db, { id: other, title: 'Later', chapterId: newId(), turnId: newId() });
    type(1, 'Four words are here. ');
    closeAll(store.db, 'rest');
    expect(listStories(store.db)).toMatchObject([
      { id: story, words: 4, lastChapterId: chapter },
      { id: other, words: 0 },
    ]);
  });

  test('words are counted as they stand, also before a rest; those that are not shown are not', () => {
    type(1, 'Four words are here. ');
    expect(listStories(store.db)).toMatchObject([{ id: story, words: 4 }]);
    expect(listChapters(store.db, story)).toMatchObject([{ id: chapter, words: 4 }]);
    closeAll(store.db, 'rest');
    type(2, 'And two more. ');
    expect(listStories(store.db)).toMatchObject([{ words: 7 }]);
    removeChapter(store.db, chapter);
    expect(listStories(store.db)).toMatchObject([{ words: 0 }]);
  });

  test('a story that nobody has named is called by its first words, notes aside, until somebody names it', () => {
    const [unnamed, first, opening] = [newId(), newId(), newId()];
    createStory(store.db, { id: unnamed, title: null, chapterId: first, turnId: opening });
    const name = (): string | undefined => listStories(store.db).find(({ id }) => id === unnamed)?.title;
    expect(name()).toBe('');
    const write = (version: number, ins: string): void => {
      const ops = [{ op: 'setText', turnId: opening, version, at: 0, del: 0, ins } as const];
      applyChange(store.db, { changeId: newId(), chapterId: first, structureRev: 1, ops });
    };
    write(1, 'went out.');
    expect(name()).toBe('went out.');
    write(2, 'The lamp at the end of the pier,\nwhich nobody had lit for years, ');
    expect(name()).toBe('The lamp at the end of the pier, which…');
    applyChange(store.db, {
      changeId: newId(),
      chapterId: first,
      structureRev: 1,
      ops: [{ op: 'setRole', turnId: opening, role: 'system', marked: true }],
    });
    expect(name()).toBe('');
    removeStory(store.db, unnamed);
    expect(removedItems(store.db)).toMatchObject([{ id: unnamed, title: '' }]);
    restoreStory(store.db, unnamed);
    renameStory(store.db, unnamed, 'The pier');
    expect(name()).toBe('The pier');
  });

  test('creating one again with the same id makes no second', () => {
    createStory(store.db, { id: story, title: 'Again', chapterId: newId(), turnId: newId() });
    createChapter(store.db, { id: chapter, storyId: story, title: 'Again', turnId: newId() });
    expect(listStories(store.db).map((each) => each.title)).toEqual(['The harbour']);
    expect(listChapters(store.db, story).map((each) => each.title)).toEqual(['Chapter 1']);
  });

  test('titles change, chapters stand in the order they were made', () => {
    renameStory(store.db, story, 'The lighthouse');
    createChapter(store.db, { id: newId(), storyId: story, title: 'Two', turnId: newId() });
    renameChapter(store.db, chapter, 'One');
    expect(listStories(store.db)[0]?.title).toBe('The lighthouse');
    expect(listChapters(store.db, story).map((each) => [each.title, each.position])).toEqual([
      ['One', 1],
      ['Two', 2],
    ]);
  });

  test('a chapter is read with the texts that are shown, and with those that are asked for', () => {
    type(1, 'Shown.');
    const beside = { id: newId(), role: 'model', speaker: null, marked: true, text: 'Beside.' } as const;
    const { structureRev } = readTree(store.db, chapter, { texts: 'none' });
    applyChange(store.db, {
      changeId: newId(),
      chapterId: chapter,
      structureRev,
      ops: [{ op: 'insert', turn: beside, after: null, as: 'beside' }],
    });
    const texts = (also?: readonly string[]) =>
      [turn, beside.id].map((id) => readTree(store.db, chapter, { texts: 'path', also }).turns.get(id)?.text);
    expect(texts()).toEqual(['Shown.', null]);
    expect(texts([beside.id, newId()])).toEqual(['Shown.', 'Beside.']);
  });

  test('a deleted story comes back with all that was in it, after a restart too', () => {
    type(1, 'Kept.');
    removeStory(store.db, story);
    reopen();
    expect(listStories(store.db)).toEqual([]);
    expect(removedItems(store.db)).toMatchObject([{ kind: 'story', id: story, title: 'The harbour' }]);
    restoreStory(store.db, story);
    expect(readTree(store.db, chapter, { texts: 'path' }).turns.get(turn)?.text).toBe('Kept.');
    expect(removedItems(store.db)).toEqual([]);
  });

  test('a deleted chapter takes no changes until it is back', () => {
    removeChapter(store.db, chapter);
    reopen();
    expect(() => type(1, 'Lost?')).toThrowError(
      expect.objectContaining({ fault: { code: 'CHAPTER_DELETED', params: {} } }),
    );
    expect(removedItems(store.db)).toMatchObject([{ kind: 'chapter', id: chapter, storyId: story }]);
    restoreChapter(store.db, chapter);
    expect(type(1, 'Back.').versions).toEqual({ [turn]: 2 });
  });

  test('nor does a deleted story: no change, chapter or reply, until it is back', () => {
    removeStory(store.db, story);
    reopen();
    const refused = expect.objectContaining({ fault: { code: 'STORY_DELETED', params: {} } });
    expect(() => type(1, 'Lost?')).toThrowError(refused);
    expect(() =>
      createChapter(store.db, { id: newId(), storyId: story, title: 'Lost?', turnId: newId() }),
    ).toThrowError(refused);
    const begin = { id: newId(), chapterId: chapter, turnId: turn, kind: 'continue', offset: 0 } as const;
    const sampling = { ...DEFAULT_SAMPLING, seed: 1 };
    expect(() => beginGeneration(store.db, { ...begin, sampling, made: null, asked: null })).toThrowError(refused);
    restoreStory(store.db, story);
    expect(type(1, 'Back.').versions).toEqual({ [turn]: 2 });
  });

  test('an id of a chapter of another story makes neither a story nor a chapter', () => {
    const taken = expect.objectContaining({ fault: { code: 'CHAPTER_TAKEN', params: {} } });
    const other = newId();
    const given = { id: other, title: 'Other', chapterId: chapter, turnId: newId() };
    expect(() => createStory(store.db, given)).toThrowError(taken);
    expect(listStories(store.db).map(({ id }) => id)).toEqual([story]);
    createStory(store.db, { ...given, chapterId: newId() });
    expect(() =>
      createChapter(store.db, { id: chapter, storyId: other, title: 'Taken', turnId: newId() }),
    ).toThrowError(taken);
  });

  test('a deleted turn is listed by its first words', () => {
    type(1, 'The lamp\nwent out.');
    applyChange(store.db, {
      changeId: newId(),
      chapterId: chapter,
      structureRev: 1,
      ops: [{ op: 'remove', turnId: turn }],
    });
    expect(removedItems(store.db)).toMatchObject([
      { kind: 'turn', id: turn, title: 'The lamp went out.', storyId: story, chapterId: chapter },
    ]);
    expect(countRemoved(store.db)).toBe(1);
  });

  test('a deleted turn is listed without reading the whole of it', () => {
    type(1, `The lamp went out. ${'It was dark. '.repeat(10_000)}`);
    applyChange(store.db, {
      changeId: newId(),
      chapterId: chapter,
      structureRev: 1,
      ops: [{ op: 'remove', turnId: turn }],
    });
    store.db.texts.clear();
    expect(removedItems(store.db)[0]?.title).toMatch(/^The lamp went out. It was dark. .*…$/);
    expect(store.db.texts.has(turn)).toBe(false);
  });
});

describe('a disk that is full', () => {
  test('is told in words; what was saved can be read, and writing goes on once there is room', () => {
    const { sqlite } = store.db;
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    sqlite.pragma(`max_page_count = ${String(sqlite.pragma('page_count', { simple: true }))}`);
    expect(() => type(1, 'long '.repeat(10_000))).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'DISK_FULL' }) }),
    );
    expect(readTree(store.db, chapter, { texts: 'path' }).turns.get(turn)).toMatchObject({ text: '', version: 1 });
    sqlite.pragma('max_page_count = 1000000');
    expect(type(1, 'Room again.').versions).toEqual({ [turn]: 2 });
  });
});

describe('settings and models', () => {
  test('are kept over a restart, and null removes one', () => {
    writeSetting(store.db, 'interface', 'theme', 'dark');
    writeSetting(store.db, 'interface', 'panes', { left: 240 });
    const model = {
      id: 'm',
      path: '/m.gguf',
      name: 'm',
      bytes: 9,
      modifiedAt: 1,
      sha256: null,
      broken: null,
      architecture: 'llama',
      contextLength: 512,
      chosenFormat: null,
      contextSize: null,
      lastUsedAt: null,
    };
    rememberModel(store.db, model);
    rememberModel(store.db, { ...model, chosenFormat: 'chatml' });
    reopen();
    expect(readScope(store.db, 'interface')).toEqual({ theme: 'dark', panes: { left: 240 } });
    writeSetting(store.db, 'interface', 'theme', null);
    expect(readSetting(store.db, 'interface', 'theme')).toBeNull();
    expect(getModel(store.db, 'm')).toEqual({ ...model, chosenFormat: 'chatml' });
  });
});

test('a job that is damaged on disk costs no other one', () => {
  const title = { code: 'JOB_READS_MODEL', params: { name: 'tale' } } as const;
  const [damaged, whole] = ['params', 'whole'].map((kind) =>
    addJob(store.db, { id: newId(), kind, params: {}, title }),
  );
  store.db.sqlite.prepare("UPDATE jobs SET params = '{' WHERE id = ?").run(damaged?.id);
  expect(listJobs(store.db)).toEqual([whole]);
});
