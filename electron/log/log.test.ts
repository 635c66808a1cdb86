import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from './log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('one entry is one line, whatever it tells', () => {
  const log = openLog(folder);
  log.info('studio.opened', { version: '1' });
  log.error('engine.stopped', { detail: 'one\ntwo' });
  log.close();
  const lines = readFileSync(join(folder, 'paphos.log'), 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}studio\.opened \{"version":"1"\}$/);
  expect(lines[1]).toContain('error engine.stopped');
  expect(openLog(folder).tail()).toEqual(lines);
});

test('the log stays within its limits and loses the oldest first', () => {
  const log = openLog(folder, { bytesPerFile: 500, olderFiles: 2 });
  for (let n = 0; n < 100; n += 1) log.info('entry', { n });
  log.close();
  const files = readdirSync(folder).toSorted();
  expect(files).toEqual(['paphos.1.log', 'paphos.2.log', 'paphos.log']);
  for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(500);
  const newest = readFileSync(join(folder, 'paphos.log'), 'utf8');
  expect(newest).toContain('"n":99');
  const kept = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
  expect(kept.length).toBeGreaterThan(3 * 6);
  expect(readFileSync(join(folder, 'paphos.1.log'), 'utf8')).not.toContain('"n":99');
});

test('what is logged while its disk does not answer is written afterwards, in its order', () => {
  const log = openLog(folder);
  const written = (): string[] => readFileSync(join(folder, 'paphos.log'), 'utf8').match(/"n":\d/g) ?? [];
  let answers = true;
  log.askFirst(() => answers);
  log.info('entry', { n: 1 });
  answers = false;
  log.info('entry', { n: 2 });
  log.info('entry', { n: 3 });
  expect(written()).toEqual(['"n":1']);
  expect(log.tail()).toHaveLength(3);
  answers = true;
  log.info('entry', { n: 4 });
  log.close();
  expect(written()).toEqual(['"n":1', '"n":2', '"n":3', '"n":4']);
});

test('of a long silence the newest lines are written, and how many are missing', () => {
  const log = openLog(folder);
  let answers = false;
  log.askFirst(() => answers);
  for (let n = 0; n < 600; n += 1) log.info('entry', { n });
  answers = true;
  log.info('entry', { n: 600 });
  log.close();
  const lines = readFileSync(join(folder, 'paphos.log'), 'utf8').trimEnd().split('\n');
  expect(lines[0]).toMatch(/warn {2}log[.]dropped \{"lines":101\}$/);
  expect([lines[1], lines.at(-1), lines.length]).toEqual([
    expect.stringContaining('"n":101}'),
    expect.stringContaining('"n":600}'),
    501,
  ]);
});

test('a log that is full makes nothing in the place of a data folder that has gone', () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  const log = openLog(join(data, 'logs'), { bytesPerFile: 100, olderFiles: 1 });
  log.info('entry', { n: 1 });
  renameSync(data, join(folder, 'away'));
  log.info('entry', { n: 2 });
  expect(readdirSync(folder)).toEqual(['away']);
  expect(log.tail()).toHaveLength(2);
  log.close();
});

test('a folder that cannot be written ends nothing, and the newest lines are there all the same', () => {
  const occupied = join(folder, 'logs');
  writeFileSync(occupied, 'a file where the folder should be');
  const log = openLog(occupied);
  log.warn('entry', { n: 1 });
  expect(log.tail()).toHaveLength(1);
  log.close();
});
