import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from '../../log/log.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import { createFolders } from './folders.ts';
import { createModelRegistry, type ModelRegistry } from './model-registry.ts';

let data = '';
let folder = '';
let store: Store;
let registry: ModelRegistry;

function open(watched: readonly string[] = [folder]): void {
  store = openStore(data);
  registry = createModelRegistry({ db: store.db, log: openLog(join(data, 'logs')) }, null, watched, createFolders());
}
function close(): void {
  registry.close();
  store.close();
}
const names = (): string[] => registry.models.map(({ name }) => name);
const put = (name: string, text = 'a model'): void => {
  writeFileSync(join(folder, `${name}.gguf`), text);
};

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'paphos-registry-'));
  folder = join(data, 'models');
  mkdirSync(join(folder, 'deep', 'deeper'), { recursive: true });
});
afterEach(() => {
  close();
  rmSync(data, { recursive: true });
});

test('files of the watched folders are found, one folder down and no deeper, and the list is there at once at the next start', async () => {
  put('tale');
  put('deep/ode');
  put('deep/deeper/hidden');
  open([folder, join(data, 'a share that is away')]);
  await registry.look();
  expect(names()).toEqual(['ode', 'tale']);
  close();
  open();
  expect(names()).toEqual(['ode', 'tale']);
});

test('a link that leads to itself is one entry that cannot be opened, and the others are listed', async () => {
  put('tale');
  symlinkSync('loop.gguf', join(folder, 'loop.gguf'));
  symlinkSync('nowhere.gguf', join(folder, 'broken.gguf'));
  open();
  await registry.look();
  expect(registry.models).toMatchObject([
    { name: 'loop', bytes: 0 },
    { name: 'tale', bytes: 7 },
  ]);
});

test('whoever watches hears once that the list is another one, and not when it is the same', async () => {
  put('tale');
  open();
  await registry.look();
  const heard: number[] = [];
  const gone = new AbortController();
  const watching = (async () => {
    for await (const revision of registry.watch(gone.signal)) heard.push(revision);
  })();
  await registry.look();
  put('ode');
  await registry.look();
  gone.abort();
  await watching;
  expect(heard).toHaveLength(2);
  expect(names()).toEqual(['ode', 'tale']);
});

test('a file that was replaced is known as it is when it is asked for, and one that is gone is not', async () => {
  put('tale');
  open();
  await registry.look();
  const [before] = registry.models;
  put('tale.new', 'another model');
  renameSync(join(folder, 'tale.new.gguf'), join(folder, 'tale.gguf'));
  expect(await registry.find(before?.id ?? '')).toMatchObject({ id: before?.id, bytes: 13 });
  expect(registry.models).toMatchObject([{ bytes: 13 }]);
  rmSync(join(folder, 'tale.gguf'));
  expect(await registry.find(before?.id ?? '')).toBeNull();
});

test('where the store takes nothing, a file is found all the same', async () => {
  put('tale');
  open();
  await registry.look();
  store.db.sqlite.exec('ALTER TABLE found_models RENAME TO lost');
  put('tale', 'another model');
  put('ode');
  expect(await registry.find(registry.models[0]?.id ?? '')).toMatchObject({ name: 'tale', bytes: 13 });
  await registry.look();
  expect(names()).toEqual(['ode', 'tale']);
});

test('700 files keep nobody waiting', async () => {
  for (let n = 0; n < 700; n += 1) put(`model-${String(n).padStart(3, '0')}`);
  open();
  let turns = 0;
  let isLooking = true;
  const turn = (): void => {
    turns += 1;
    if (isLooking) setImmediate(turn);
  };
  turn();
  await registry.look();
  isLooking = false;
  // Everybody else has had turns meanwhile.
  expect(turns).toBeGreaterThan(10);
  expect(names()).toHaveLength(700);
  close();
  open();
  expect(names()).toHaveLength(700);
});
