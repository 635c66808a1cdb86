import { appendFileSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { forgetSelfTests } from '../host/engine-cache.ts';
import { rememberedSelfTest, type SelfTest } from './self-test.ts';

let tests: [string, string | undefined, string | false][];
let binary: string;
let cache: string;
let outcome: boolean;
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'paphos-self-test-'));
const real: SelfTest = async (...asked) => {
  tests.push(asked);
  return outcome;
};
/** As a process that was just started would ask. */
const start = (gpu: string | false = false, backends?: string): Promise<boolean> =>
  rememberedSelfTest(real, cache)(binary, backends, gpu);

beforeEach(() => {
  tests = [];
  outcome = true;
  cache = join(newFolder(), 'cache');
  const folder = newFolder();
  binary = join(folder, 'addon.node');
  for (const name of ['addon.node', 'backend.so']) writeFileSync(join(folder, name), name);
});

test('a binary that passed is not tested again', async () => {
  expect([await start(), await start(), await start()]).toEqual([true, true, true]);
  expect(tests).toEqual([[binary, undefined, false]]);
});

test('one that fails is tested each time, until it passes', async () => {
  outcome = false;
  expect([await start(), await start()]).toEqual([false, false]);
  outcome = true;
  expect([await start(), await start()]).toEqual([true, true]);
  expect(tests).toHaveLength(3);
});

test.each([
  ['the binary', async () => appendFileSync(binary, 'x')],
  ['a library beside it', async () => appendFileSync(join(binary, '..', 'backend.so'), 'x')],
  ['a library more', async () => writeFileSync(join(binary, '..', 'another.so'), '')],
  ['an end that nobody had asked for', () => forgetSelfTests(cache)],
])('%s: it is tested again', async (_what, happens) => {
  await start();
  await happens();
  await start();
  expect(tests).toHaveLength(2);
});

test('each kind of graphics, and each folder of backends, has its own pass', async () => {
  const backends = newFolder();
  await start('vulkan');
  await start(false);
  await start('vulkan', backends);
  await start('vulkan');
  expect(tests).toHaveLength(3);
});

test('another choice of cards is another machine', async () => {
  await start('vulkan');
  process.env['GGML_VK_VISIBLE_DEVICES'] = '1';
  try {
    await start('vulkan');
  } finally {
    delete process.env['GGML_VK_VISIBLE_DEVICES'];
  }
  expect(tests).toHaveLength(2);
});

test('where nothing can be kept it is tested each time, and starts all the same', async () => {
  writeFileSync(join(cache, '..', 'cache'), 'a file in its place');
  expect([await start(), await start()]).toEqual([true, true]);
  expect(tests).toHaveLength(2);
});

test('what else lies in the folder is left alone', async () => {
  await start();
  writeFileSync(join(cache, 'tested-by-me.json'), '');
  await forgetSelfTests(cache);
  expect(readdirSync(cache)).toEqual(['tested-by-me.json']);
  await forgetSelfTests(join(cache, 'absent'));
  expect(existsSync(join(cache, 'absent'))).toBe(false);
});
