import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isEnded, type Job, type JobProgress } from '../../../shared/contract/jobs.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { newId } from '../../../shared/document/ids.ts';
import { readEnvironment } from '../../env.ts';
import { openLog, type Log } from '../../log/log.ts';
import { backupsFolder, readNote, writeNote } from '../../storage/backups/backup-files.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { writeSetting } from '../../storage/repositories/setting-records.ts';
import { createStory, listStories } from '../../storage/repositories/stories.ts';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { createBackups, type Backups } from './backups.ts';
import { createChecks } from './checks.ts';

const MINUTE = 60_000;
let dataDir = '';
let store: Store;
let log: Log;
let jobs: Jobs;
let backups: Backups;
let told: string[] = [];

function open({ checkedAt = Date.now(), quitWithinMs = MINUTE } = {}): void {
  store = openStore(dataDir);
  log = openLog(join(dataDir, 'logs'));
  jobs = createJobs({ db: store.db, log });
  writeSetting(store.db, 'studio', 'check', { at: checkedAt, problems: 0, findings: [] });
  const env = { ...readEnvironment(), dataDir, modelsDir: null, resourcesDir: '' };
  const checks = createChecks(
    { db: store.db, jobs, log, env },
    { wasCutOff: store.wasCutOff, isLogDamaged: store.isLogDamaged, tell: (error) => told.push(faultOf(error).code) },
  );
  backups = createBackups(
    { db: store.db, jobs, log, env },
    {
      store,
      checks,
      beforeRestore: () => Promise.resolve(),
      times: { lookMs: MINUTE, afterMs: 30 * MINUTE, onQuitMs: MINUTE, quitWithinMs },
    },
  );
}
async function close(): Promise<void> {
  await jobs.close();
  await backups.close();
  store.close();
  log.close();
}
const work = () => createStory(store.db, { id: newId(), title: 'Work', chapterId: newId(), turnId: newId() });
function type(): void {
  const [chapterId, turnId] = [newId(), newId()];
  createStory(store.db, { id: newId(), title: 'Typed', chapterId, turnId });
  const op = { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'Typed.' } as const;
  applyChange(store.db, { changeId: newId(), chapterId, structureRev: 1, ops: [op] });
}
/** By a computer that took so long for it. */
async function makeOne({ tookMs }: { readonly tookMs: number }): Promise<void> {
  backups.make();
  await jobsEnd(1);
  const file = join(backupsFolder(dataDir), (await backups.list()).backups[0]?.name ?? '');
  writeNote(file, { ...(readNote(file) ?? expect.fail('there is no note')), tookMs });
}
const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
const reasons = async () => (await backups.list()).backups.map(({ reason }) => reason);
async function jobsEnd(count: number): Promise<void> {
  const over = (list: readonly Job[]): boolean => list.length === count && list.every(isEnded);
  for await (const list of jobs.watch()) if (over(list)) return;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.UTC(2026, 10, 28, 12) });
  told = [];
  dataDir = mkdtempSync(join(tmpdir(), 'paphos-backups-'));
  open();
});
afterEach(async () => {
  await close();
  vi.useRealTimers();
  rmSync(dataDir, { recursive: true });
});

test('after half an hour of work there is a backup, and without work no other', async () => {
  work();
  vi.advanceTimersByTime(30 * MINUTE);
  expect(jobs.list()).toEqual([]);
  vi.advanceTimersByTime(MINUTE);
  await jobsEnd(1);
  expect(await reasons()).toEqual(['work']);
  vi.advanceTimersByTime(120 * MINUTE);
  expect(jobs.list()).toHaveLength(1);
  work();
  vi.advanceTimersByTime(31 * MINUTE);
  await jobsEnd(2);
  expect(await reasons()).toEqual(['work', 'work']);
});

test('what was written is backed up when Paphos ends, and soon after the next start where it was too new', async () => {
  work();
  vi.advanceTimersByTime(2 * MINUTE);
  await close();
  open();
  expect(await reasons()).toEqual(['quit']);
  work();
  await close();
  open();
  expect(await reasons()).toEqual(['quit']);
  vi.advanceTimersByTime(2 * MINUTE);
  await jobsEnd(1);
  // The newest of a half-hour is kept.
  expect(await reasons()).toEqual(['start']);
});

test('the library is looked through weekly; what is damaged is told and named', async () => {
  work();
  vi.advanceTimersByTime(5 * MINUTE);
  expect(jobs.list()).toEqual([]);
  await close();
  store = openStore(dataDir);
  store.db.sqlite.exec("UPDATE stories SET title = 'Wirk'");
  store.close();
  open({ checkedAt: Date.now() - 8 * 24 * 60 * MINUTE });
  vi.advanceTimersByTime(MINUTE);
  await jobsEnd(1);
  expect(jobs.list()).toMatchObject([
    { kind: 'check', state: 'failed', fault: { code: 'LIBRARY_DAMAGED', params: { problems: 1 } } },
  ]);
  expect(told).toEqual(['LIBRARY_DAMAGED']);
  expect((await backups.list()).check).toMatchObject({ problems: 1, findings: [{ code: 'CHECK_STORY' }] });
});

test('what a disk took from the changes of a studio that was killed is told soon after the next start', async () => {
  type();
  const files = ['store.db', 'store.db-wal', 'store.db-shm'].map((name) => join(dataDir, name));
  const [main, log, index] = files.map((file) => readFileSync(file));
  await close();
  const bytes = Buffer.from(log ?? '');
  bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
  for (const [at, content] of [main, bytes, index].entries()) writeFileSync(files[at] ?? '', content ?? '');
  open();
  vi.advanceTimersByTime(MINUTE);
  await jobsEnd(1);
  expect(told).toEqual(['LIBRARY_DAMAGED']);
  expect((await backups.list()).check).toMatchObject({ problems: 1, findings: [{ code: 'CHECK_LOG' }] });
  backups.check();
  await jobsEnd(1);
  expect((await backups.list()).check).toMatchObject({ problems: 0, findings: [] });
});

test('one that would take too long is not begun when Paphos ends, and made soon after the next start', async () => {
  type();
  await makeOne({ tookMs: 2 * MINUTE });
  type();
  vi.advanceTimersByTime(3 * MINUTE);
  await close();
  expect(filesIn(backupsFolder(dataDir))).toHaveLength(2);
  open();
  expect(await reasons()).toEqual(['asked']);
  vi.advanceTimersByTime(MINUTE);
  await jobsEnd(2);
  expect((await reasons())[0]).toBe('start');
});

test('one that takes longer than that after all leaves nothing half, and a store that is closed whole', async () => {
  await makeOne({ tookMs: 0 });
  await close();
  open({ quitWithinMs: 1 });
  type();
  vi.advanceTimersByTime(3 * MINUTE);
  await close();
  expect(filesIn(backupsFolder(dataDir))).toHaveLength(2);
  expect(existsSync(join(dataDir, 'store.db-wal'))).toBe(false);
  open();
});

test('what a studio that was killed left half is gone with the next one; what a person asked for beside it stays', async () => {
  await close();
  const folder = backupsFolder(dataDir);
  mkdirSync(folder);
  for (const name of ['20261128T070000000Z-quit.db.partial', '20261128T080000000Z-asked.db.partial'])
    writeFileSync(join(folder, name), '');
  open();
  expect(filesIn(folder)).toEqual(['20261128T080000000Z-asked.db.partial']);
  expect(await reasons()).toEqual([]);
});

test('a backup, a check and a restore tell how far they are, in turns', async () => {
  type();
  work();
  backups.make();
  await jobsEnd(1);
  backups.check();
  await jobsEnd(2);
  const whole = { done: 2, total: 2, unit: 'items' };
  expect(jobs.list().map(({ kind, progress }) => [kind, progress])).toEqual([
    ['check', whole],
    ['backup', whole],
  ]);
  const heard: (JobProgress | null)[] = [];
  const hearing = (async () => {
    for await (const now of backups.restoring()) heard.push(now);
  })();
  const [{ name } = { name: '' }] = (await backups.list()).backups;
  await backups.restore(name);
  await close();
  await hearing;
  expect(heard[0]).toBe(null);
  expect(heard.at(-1)).toBe(null);
  expect(heard.at(-2)).toEqual({ done: 4, total: 4, unit: 'items' });
  open();
});

test('a backup is restored while the drive of the second folder is away', async () => {
  type();
  backups.make();
  await jobsEnd(1);
  const secondPlace = mkdtempSync(join(tmpdir(), 'paphos-second-'));
  await backups.set({ ...(await backups.list()).settings, secondPlace });
  rmSync(secondPlace, { recursive: true });
  work();
  const [{ name } = { name: '' }] = (await backups.list()).backups;
  await backups.restore(name);
  expect(listStories(store.db).map(({ title }) => title)).toEqual(['Typed']);
  expect(await reasons()).toEqual(['restore', 'asked']);
  expect(filesIn(dataDir).filter((file) => file.includes('replaced'))).toEqual([]);
});
