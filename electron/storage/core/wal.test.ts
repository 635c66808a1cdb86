import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { checkStore } from '../integrity/check.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { openStore } from './open.ts';
import { PAGE_SIZE } from './page-size.ts';
import { logState } from './wal.ts';

const FRAME = 24 + PAGE_SIZE;
let killed = '';
let copy = '';
let log: Buffer;
/** Where the last transaction begins. */
let last = 0;

/** The folder of a studio that was killed: its log has two stories, each acknowledged. */
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-log-'));
  killed = mkdtempSync(join(tmpdir(), 'paphos-killed-'));
  copy = mkdtempSync(join(tmpdir(), 'paphos-copy-'));
  openStore(folder).close();
  const store = openStore(folder);
  const write = (title: string) => createStory(store.db, { id: newId(), title, chapterId: newId(), turnId: newId() });
  write('First');
  last = statSync(join(folder, 'store.db-wal')).size;
  write('Second');
  cpSync(folder, killed, { recursive: true });
  store.close();
  rmSync(folder, { recursive: true });
  log = readFileSync(join(killed, 'store.db-wal'));
});
afterAll(() => {
  for (const folder of [killed, copy]) rmSync(folder, { recursive: true });
});

function withLog(bytes: Buffer, { index }: { readonly index: boolean }): string {
  for (const name of ['store.db', 'store.db-shm']) copyFileSync(join(killed, name), join(copy, name));
  writeFileSync(join(copy, 'store.db-wal'), bytes);
  if (!index) rmSync(join(copy, 'store.db-shm'));
  return join(copy, 'store.db');
}
const changed = (at: number): Buffer => {
  const bytes = Buffer.from(log);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  return bytes;
};
const torn = (): Buffer => Buffer.from(log).fill(0, log.length - PAGE_SIZE, log.length - PAGE_SIZE + 512);

test('a log that ends where the last transaction was synced is whole', () => {
  expect(logState(withLog(log, { index: true }))).toBe('whole');
  expect(logState(withLog(log, { index: false }))).toBe('whole');
  expect(logState(join(copy, 'none'))).toBe('whole');
});

test('what the power cut off of the last transaction was acknowledged by nobody, and the check says so', () => {
  withLog(torn(), { index: false });
  expect(checkStore(copy)).toEqual({
    ok: true,
    problems: [],
    notes: [{ where: join(copy, 'store.db-wal'), fault: { code: 'CHECK_UNFINISHED', params: {} } }],
  });
  const store = openStore(copy);
  expect(listStories(store.db).map(({ title }) => title)).toEqual(['First']);
  store.close();
});

test('an index that the system wrote before the last transaction takes nothing from that', () => {
  withLog(torn(), { index: false });
  openStore(copy).close();
  const store = openStore(copy);
  createStory(store.db, { id: newId(), title: 'Before', chapterId: newId(), turnId: newId() });
  const older = join(killed, 'older');
  copyFileSync(join(copy, 'store.db-shm'), older);
  store.close();
  const file = withLog(torn(), { index: true });
  copyFileSync(older, `${file}-shm`);
  rmSync(older);
  expect(logState(file)).toBe('unfinished');
});

test('whatever the disk changes in a transaction that was acknowledged is told, each time that it is looked', () => {
  for (let at = 32; at < log.length; at += 127) {
    const file = withLog(changed(at), { index: true });
    expect(logState(file), `byte ${String(at)}`).toBe('damaged');
  }
  withLog(changed(last + FRAME), { index: true });
  const first = checkStore(copy);
  expect(first).toMatchObject({ ok: false, problems: [{ fault: { code: 'CHECK_LOG' } }], notes: [] });
  expect(checkStore(copy)).toEqual(first);
});

test('so is what the disk changes in a page before the last transaction without an index, and a log that is cut', () => {
  for (let frame = 32; frame < last; frame += FRAME)
    for (let at = frame + 24; at < frame + FRAME; at += 509)
      expect(logState(withLog(changed(at), { index: false })), `byte ${String(at)}`).toBe('damaged');
  const file = withLog(log, { index: true });
  truncateSync(`${file}-wal`, last);
  expect(logState(file)).toBe('damaged');
});
