import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { splitModel } from '../../../../tests/helpers/split-model.ts';
import { makeModel } from '../../../../tests/helpers/model-maker.ts';
import { readGgufHeader } from './header.ts';
import { splitOf } from './split.ts';

const root = mkdtempSync(join(tmpdir(), 'paphos-split-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
const newFolder = (): string => mkdtempSync(join(root, 'model-'));

test('a model in three files is one model of all their bytes', () => {
  const parts = splitModel(newFolder(), 'story', 3);
  const whole = readGgufHeader(makeModel());
  expect(readGgufHeader(parts[0] ?? '')).toMatchObject({
    parts: 3,
    bytes: parts.reduce((sum, part) => sum + statSync(part).size, 0),
    architecture: whole.architecture,
    layers: whole.layers,
    vocabulary: whole.vocabulary,
    warnings: [],
  });
});

test('a missing part is named', () => {
  for (const missing of [0, 1, 2]) {
    const parts = splitModel(newFolder(), 'story', 3);
    rmSync(parts[missing] ?? '');
    expect(() => readGgufHeader(parts[0] ?? '')).toThrow(
      `Part ${missing + 1} of 3 of this model is missing (story-0000${missing + 1}-of-00003.gguf). Put it beside the others, or download it again.`,
    );
  }
});

test('every part is checked: cut off, no model, another part, another model, too few weights', () => {
  const spoil = (work: (parts: string[], folder: string) => void): string => {
    const folder = newFolder();
    const parts = splitModel(folder, 'story', 3);
    work(parts, folder);
    return parts[0] ?? '';
  };
  const second = (parts: string[]): string => parts[1] ?? '';
  expect(() =>
    readGgufHeader(spoil((parts) => writeFileSync(second(parts), readFileSync(second(parts)).subarray(0, 20_000)))),
  ).toThrow(/cut off/);
  expect(() =>
    readGgufHeader(spoil((parts) => writeFileSync(second(parts), 'hello, this is no model at all'))),
  ).toThrow(/not a model file/);
  expect(() => readGgufHeader(spoil((parts) => copyFileSync(parts[2] ?? '', second(parts))))).toThrow(
    /do not belong together/,
  );
  expect(() =>
    readGgufHeader(spoil((parts) => copyFileSync(splitModel(newFolder(), 'other', 2)[1] ?? '', second(parts)))),
  ).toThrow(/do not belong together/);
  expect(() =>
    readGgufHeader(
      spoil((parts) =>
        copyFileSync(splitModel(newFolder(), 'other', 3, { architecture: 'stablelm' })[1] ?? '', second(parts)),
      ),
    ),
  ).toThrow(/do not belong together|same weights|lacks|another size/);
});

test('a part under another name cannot be known', () => {
  const folder = newFolder();
  const [first = ''] = splitModel(folder, 'story', 3);
  const renamed = join(folder, 'renamed.gguf');
  renameSync(first, renamed);
  expect(() => readGgufHeader(renamed)).toThrow(/one of 3 parts of a model, but its name does not say which/);
});

test('a name that counts wrongly names no part', () => {
  expect(splitOf('/m/story-00002-of-00003.gguf')).toMatchObject({ name: 'story', part: 2 });
  for (const name of ['story-00000-of-00003.gguf', 'story-00004-of-00003.gguf', 'story-00001-of-00001.gguf'])
    expect(splitOf(`/m/${name}`)).toBeNull();
});
