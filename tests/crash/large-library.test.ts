import { hash } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupsFolder, listBackups } from '../../electron/storage/backups/backup-files.ts';
import { readStore } from '../../electron/storage/core/read-store.ts';
import { checkStore } from '../../electron/storage/integrity/check.ts';
import { isEnded, type Job } from '../../shared/contract/jobs.ts';
import { newId } from '../../shared/document/ids.ts';
import { makeLargeLibrary } from '../helpers/large-library.ts';
import { connect, serve, temporaryFolder, type Connection, type Server } from '../helpers/server.ts';
import { sizeOf } from '../helpers/sizes.ts';

/** 100,000 turns, more than 400 MB, in full. */
const STORIES = sizeOf(1, 50);
const TURNS = sizeOf(500, 2000);
const data = temporaryFolder('large');
const figures: Record<string, number> = {};
let stories: string[] = [];
let server: Server;
let connection: Connection;

async function measured<T>(name: string, act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await act();
  figures[name] = Math.round(performance.now() - began) / 1000;
  return result;
}

/** Of every entry in the history of every turn. */
const hashesOf = (file: string): string =>
  readStore(file, ({ sqlite }) =>
    hash(
      'sha256',
      JSON.stringify(sqlite.prepare('SELECT turn_id, seq, hash FROM revisions ORDER BY 1, 2').raw().all()),
    ),
  );

async function open(): Promise<void> {
  server = await serve({ data });
  connection = await connect(server);
}
async function close(): Promise<void> {
  connection.close();
  await server.stop();
}
/** A job to its end, and how far it said that it was. */
async function jobEnds(kind: string): Promise<{ readonly job: Job; readonly shares: readonly number[] }> {
  const shares: number[] = [];
  for await (const jobs of await connection.client.jobs.watch(undefined, { signal: AbortSignal.timeout(300_000) })) {
    const job = jobs.find((one) => one.kind === kind);
    if (job?.progress) shares.push(job.progress.done / (job.progress.total ?? 1));
    if (job !== undefined && isEnded(job)) return { job, shares };
  }
  throw new Error('the watch has ended');
}

/** How long the studio took to answer at most while something else went on, in milliseconds. */
async function slowestAnswerWhile(work: Promise<unknown>): Promise<number> {
  let [slowest, over] = [0, false];
  const ends = work.finally(() => (over = true));
  while (!over) {
    const began = performance.now();
    await connection.client.connection.beat();
    slowest = Math.max(slowest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ends;
  return Math.round(slowest);
}

async function type(text: string): Promise<void> {
  const storyId = stories[0] ?? '';
  const hold = await connection.client.writing.hold({ storyId });
  await hold.next();
  const [chapter] = await connection.client.chapters.list({ storyId });
  const { id: chapterId = '' } = chapter ?? {};
  const { turns, structureRev } = await connection.client.chapters.open({ id: chapterId });
  const [turn] = turns;
  await connection.client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId: turn?.id ?? '', version: turn?.version ?? 1, at: 0, del: 0, ins: text }],
  });
}

beforeAll(async () => {
  stories = makeLargeLibrary(data, { stories: STORIES, turns: TURNS });
  figures['megabytes'] = Math.round(statSync(join(data, 'store.db')).size / 1e6);
}, 600_000);
afterAll(() => {
  console.log(`large library: ${JSON.stringify(figures)}`);
  rmSync(data, { recursive: true, force: true });
});

test('a large library starts, opens, is backed up, checked and restored in time, and ends whole', async () => {
  await measured('start', open);
  const storyId = stories.at(-1) ?? '';
  const [chapter] = await connection.client.chapters.list({ storyId });
  await measured('openChapter', () => connection.client.chapters.open({ id: chapter?.id ?? '' }));

  await connection.client.backups.make();
  const made = await measured('backup', async () => {
    const ends = jobEnds('backup');
    figures['slowestAnswerInBackupMs'] = await slowestAnswerWhile(ends);
    return ends;
  });
  expect(made.job).toMatchObject({ state: 'done', progress: { unit: 'items' } });
  if (STORIES > 1) expect(new Set(made.shares).size).toBeGreaterThan(5);
  const [backup] = listBackups(backupsFolder(data));
  expect(backup).toMatchObject({ state: 'verified', size: { stories: STORIES } });
  const file = join(backupsFolder(data), backup?.name ?? '');
  const hashes = hashesOf(file);

  await connection.client.backups.check();
  expect((await measured('check', () => jobEnds('check'))).job).toMatchObject({ state: 'done' });

  await type('After the backup. ');
  const restoring: number[] = [];
  const hearing = (async () => {
    for await (const now of await connection.client.backups.restoring())
      if (now !== null) restoring.push(now.done / (now.total ?? 1));
  })().catch(() => undefined);
  await measured('restore', async () => {
    figures['slowestAnswerInRestoreMs'] = await slowestAnswerWhile(
      connection.client.backups.restore({ name: backup?.name ?? '' }),
    );
  });
  expect(restoring.at(-1)).toBe(1);
  expect(restoring).toEqual(restoring.toSorted((one, other) => one - other));
  await measured('quit', close);
  await hearing;
  expect(existsSync(join(data, 'store.db-wal'))).toBe(false);
  expect(hashesOf(join(data, 'store.db'))).toBe(hashes);
  expect(listBackups(backupsFolder(data)).map(({ reason, state }) => [reason, state])).toEqual([
    ['restore', 'verified'],
    ['asked', 'verified'],
  ]);
  await measured('checkOnTheCommandLine', () => Promise.resolve(expect(checkStore(data).problems).toEqual([])));

  expect(figures['start']).toBeLessThan(5);
  expect(figures['openChapter']).toBeLessThan(2);
  expect(figures['backup']).toBeLessThan(60);
  expect(figures['restore']).toBeLessThan(60);
  expect(figures['check']).toBeLessThan(60);
  expect(figures['quit']).toBeLessThan(15);
  expect(figures['slowestAnswerInBackupMs']).toBeLessThan(2000);
  expect(figures['slowestAnswerInRestoreMs']).toBeLessThan(4000);
}, 900_000);
