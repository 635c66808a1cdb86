import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { isEnded, type Job } from '../../../shared/contract/jobs.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { openLog, type Log } from '../../log/log.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import type { JobTools } from './job-kind.ts';
import { createJobs, type Jobs } from './jobs.ts';

let folder = '';
let store: Store;
let log: Log;
let jobs: Jobs;
/** What each run was given, and how it is ended. */
let runs: { tools: JobTools; end: PromiseWithResolvers<string | null> }[] = [];

function open(resumable = true): void {
  store = openStore(folder);
  log = openLog(join(folder, 'logs'));
  jobs = createJobs({ db: store.db, log });
  jobs.register({
    kind: 'count',
    resumable,
    params: z.object({ to: z.number() }),
    title: ({ to }) => ({ code: 'COUNTING', params: { to } }),
    run: (_, tools) => {
      const end = Promise.withResolvers<string | null>();
      tools.signal.addEventListener('abort', () => {
        end.reject(new Error('aborted'));
      });
      runs.push({ tools, end });
      return end.promise;
    },
  });
}
async function close(): Promise<void> {
  await jobs.close();
  store.close();
  log.close();
}
const run = (at: number) => runs[at] ?? expect.fail(`there was no run ${String(at)}`);
const states = (): string[] =>
  jobs.list().map(({ title, state }) => `Counting to ${String(title.params['to'])}: ${state}`);
async function reaches(fits: (jobs: readonly Job[]) => boolean): Promise<readonly Job[]> {
  for await (const list of jobs.watch()) if (fits(list)) return list;
  return expect.fail('the watch has ended');
}
const oneIs = (state: Job['state']) => (list: readonly Job[]) => list.some((job) => job.state === state);

beforeEach(() => {
  runs = [];
  folder = mkdtempSync(join(tmpdir(), 'paphos-jobs-'));
  open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

test('a job tells how far it is and what came of it; the next of its kind begins then', async () => {
  jobs.start('count', { to: 1 });
  jobs.start('count', { to: 2 });
  expect(states()).toEqual(['Counting to 2: waiting', 'Counting to 1: running']);
  const seen = reaches((list) => list.some(({ progress }) => progress !== null));
  run(0).tools.progress({ done: 1, total: 3, unit: 'items' });
  expect((await seen).map(({ progress }) => progress)).toEqual([null, { done: 1, total: 3, unit: 'items' }]);
  run(0).end.resolve('counted');
  const ended = await reaches(oneIs('done'));
  expect(ended.find(({ state }) => state === 'done')).toMatchObject({
    title: { params: { to: 1 } },
    result: 'counted',
  });
  expect(states()).toEqual(['Counting to 2: running', 'Counting to 1: done']);
});

test('the same work is not listed twice, and one that failed says why and is tried again', async () => {
  const { id } = jobs.start('count', { to: 1 });
  expect(jobs.start('count', { to: 1 }).id).toBe(id);
  run(0).end.reject(failure('DISK_FULL', {}));
  const [failed] = await reaches(oneIs('failed'));
  expect(failed).toMatchObject({ id, fault: { code: 'DISK_FULL' } });
  jobs.restart(id);
  expect(jobs.list()).toMatchObject([{ id, state: 'running', fault: null }]);
  expect(runs).toHaveLength(2);
});

test('cancelled, it stops; it can be cleared from the list once it has ended', async () => {
  const first = jobs.start('count', { to: 1 });
  const second = jobs.start('count', { to: 2 });
  jobs.cancel(second.id);
  jobs.forget(null);
  expect(states()).toEqual(['Counting to 1: running']);
  jobs.cancel(first.id);
  expect(run(0).tools.signal.aborted).toBe(true);
  await reaches((list) => list.every(isEnded));
  expect(states()).toEqual(['Counting to 1: cancelled']);
  jobs.forget(first.id);
  expect(jobs.list()).toEqual([]);
  await close();
  open();
  expect(jobs.list()).toEqual([]);
});

test('asked for again while its cancel goes on, it begins anew when that is done; cancelled once more, it does not', async () => {
  const { id } = jobs.start('count', { to: 1 });
  jobs.cancel(id);
  jobs.restart(id);
  await reaches(() => runs.length === 2);
  expect(states()).toEqual(['Counting to 1: running']);
  jobs.cancel(id);
  expect(jobs.start('count', { to: 1 }).id).toBe(id);
  await reaches(() => runs.length === 3);
  jobs.cancel(id);
  jobs.restart(id);
  jobs.cancel(id);
  await reaches((list) => list.every(isEnded));
  expect(states()).toEqual(['Counting to 1: cancelled']);
  expect(runs).toHaveLength(3);
});

test('closed in the middle, it goes on at the next start from its checkpoint', async () => {
  jobs.start('count', { to: 9 });
  run(0).tools.progress({ done: 4, total: 9, unit: 'items' });
  run(0).tools.checkpoint({ at: 4 });
  await close();
  open();
  expect(jobs.list()).toMatchObject([{ state: 'running', progress: { done: 4, total: 9 }, canResume: true }]);
  expect(run(1).tools.from).toEqual({ at: 4 });
});

test('one that cannot be resumed is interrupted, and begun anew when it is asked for', async () => {
  await close();
  open(false);
  const { id } = jobs.start('count', { to: 9 });
  run(0).tools.checkpoint({ at: 4 });
  await close();
  open(false);
  expect(states()).toEqual(['Counting to 9: interrupted']);
  jobs.restart(id);
  expect(run(1).tools.from).toBeNull();
});

test('a store that takes nothing ends no process, and nothing is said to run that does not: what waits begins when it is asked for again', async () => {
  jobs.start('count', { to: 1 });
  const next = jobs.start('count', { to: 2 });
  store.db.sqlite.pragma('query_only = 1');
  run(0).end.resolve('counted');
  await reaches((list) => list.every(({ state }) => state !== 'running'));
  expect(states()).toEqual(['Counting to 2: waiting', 'Counting to 1: interrupted']);
  expect(runs).toHaveLength(1);
  store.db.sqlite.pragma('query_only = 0');
  jobs.restart(next.id);
  await reaches(oneIs('running'));
  expect(runs).toHaveLength(2);
});
