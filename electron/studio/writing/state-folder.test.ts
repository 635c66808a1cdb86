import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStateFolder } from './state-folder.ts';

const deadProcess = (): number => spawnSync(process.execPath, ['--version']).pid;

test('the oldest states go first when the folder is full, and what was never finished goes too', async () => {
  const data = mkdtempSync(join(tmpdir(), 'paphos-state-'));
  const folder = openStateFolder(data, 1000);
  const write = (chapter: string, bytes: number, age: number): void => {
    const path = folder.pathOf(chapter, 'model');
    writeFileSync(path, Buffer.alloc(bytes));
    utimesSync(path, 1_000_000 - age, 1_000_000 - age);
  };
  const left = (): string[] =>
    readdirSync(join(data, 'state'))
      .map((name) => name.split('-')[0] ?? '')
      .sort();
  write('old', 400, 3);
  write('middle', 400, 2);
  write('new', 400, 1);
  writeFileSync(`${folder.pathOf('killed', 'model')}.${String(deadProcess())}.unfinished`, 'half');
  await folder.tidy();
  expect(left()).toEqual(['middle', 'new']);
  write('huge', 2000, 0);
  await folder.tidy();
  expect(left()).toEqual([]);
});

test('what a living process is writing stays, whatever is tidied meanwhile', async () => {
  const data = mkdtempSync(join(tmpdir(), 'paphos-state-'));
  const folder = openStateFolder(data, 0);
  writeFileSync(`${folder.pathOf('next', 'model')}.${String(process.pid)}.unfinished`, 'half');
  await folder.tidy();
  expect(readdirSync(join(data, 'state'))).toHaveLength(1);
});

test('a state is known once it was looked for, until it is removed', async () => {
  const folder = openStateFolder(mkdtempSync(join(tmpdir(), 'paphos-state-')));
  const path = folder.pathOf('chapter', 'model');
  writeFileSync(path, 'state');
  await folder.tidy();
  expect([folder.has(path), folder.has(folder.pathOf('other', 'model'))]).toEqual([true, false]);
  await folder.remove(path);
  expect(folder.has(path)).toBe(false);
});

test('what cannot be removed stands in the way of nothing', async () => {
  const data = mkdtempSync(join(tmpdir(), 'paphos-state-'));
  const folder = openStateFolder(data, 0);
  mkdirSync(folder.pathOf('stuck', 'model'));
  await folder.remove(folder.pathOf('stuck', 'model'));
  await folder.forget('stuck');
  writeFileSync(folder.pathOf('other', 'model'), 'state');
  await folder.tidy();
  expect(readdirSync(join(data, 'state'))).toEqual(['stuck-model.state']);
});
