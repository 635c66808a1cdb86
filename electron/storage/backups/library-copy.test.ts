import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { openStore } from '../core/open.ts';
import { checkFile, checkStore } from '../integrity/check.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { copyLibrary } from './library-copy.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'paphos-copy-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const look = async (file: string): Promise<number> => checkFile(file).length;

test.skipIf(process.platform === 'win32')(
  'a library whose folder was deleted is copied from the open file',
  async () => {
    const [data, place] = [join(folder, 'data'), join(folder, 'place')];
    mkdirSync(place);
    const store = openStore(data);
    for (let n = 0; n < 40; n += 1)
      createStory(store.db, { id: newId(), title: `Story ${String(n)}`, chapterId: newId(), turnId: newId() });
    rmSync(data, { recursive: true });
    const task = { into: place, at: Date.UTC(2026, 10, 28), page: 'What I wrote last.' };
    const copy = await copyLibrary(store.db, task, look);
    expect(copy).toEqual({ folder: join(place, 'Paphos library 20261128T000000000'), problems: 0 });
    expect(readdirSync(copy.folder).toSorted()).toEqual(['library.txt', 'page.md', 'store.db']);
    expect(readFileSync(join(copy.folder, 'page.md'), 'utf8')).toBe('What I wrote last.');
    store.close();
    expect(existsSync(data)).toBe(false);
    expect(checkStore(copy.folder).problems).toEqual([]);
    const again = openStore(copy.folder);
    expect(listStories(again.db)).toHaveLength(40);
    again.close();
  },
);

test('a place that takes nothing is told by its name, and nothing of the library is harmed', async () => {
  const data = join(folder, 'data');
  const store = openStore(data);
  const fails = async (): Promise<number> => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  const refused = await copyLibrary(store.db, { into: folder, at: 0, page: 'Kept.' }, fails).catch(faultOf);
  expect(refused).toMatchObject({ code: 'FILE_NOT_WRITTEN', params: { said: 'ENOSPC' } });
  const [copy = ''] = readdirSync(folder).filter((name) => name.startsWith('Paphos'));
  expect(readdirSync(join(folder, copy))).toEqual(['page.md']);
  store.close();
});

test('a place that is no folder is refused by name', async () => {
  const store = openStore(join(folder, 'data'));
  for (const into of ['nowhere', join(folder, 'nowhere')]) {
    const refused = await copyLibrary(store.db, { into, at: 0, page: null }, look).catch(faultOf);
    expect(refused).toMatchObject({ code: 'NO_FOLDER', params: { folder: into } });
  }
  store.close();
});
