import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { Job } from '../../shared/contract/jobs.ts';
import { connect, ROOT, serve, temporaryFolder, type StudioClient } from '../helpers/server.ts';

const entry = join(import.meta.dirname, '../helpers/counting-server.ts');

async function reaches(client: StudioClient, fits: (job: Job) => boolean): Promise<Job> {
  for await (const list of await client.jobs.watch(undefined, { signal: AbortSignal.timeout(30_000) })) {
    const job = list.find((one) => one.kind === 'count');
    if (job !== undefined && fits(job)) return job;
  }
  throw new Error('the watch has ended');
}
const title = { params: { name: 'Counting to 200' } };
const listed = (data: string): { title: StudioFault; state: string; progress: { done: number } | null }[] =>
  JSON.parse(
    execFileSync(process.execPath, [join(ROOT, 'electron/cli.ts'), 'jobs', '--json', '--data', data], {
      encoding: 'utf8',
    }),
  );

test('a job that a kill cut off goes on from its checkpoint, is cancelled, and is tried again to its end', async () => {
  const data = temporaryFolder('jobs');
  const first = await serve({ data, entry });
  const before = await connect(first);
  const reached = await reaches(before.client, ({ progress }) => (progress?.done ?? 0) >= 40);
  expect(reached).toMatchObject({
    title,
    state: 'running',
    progress: { total: 200, unit: 'items' },
  });
  expect(listed(data)).toMatchObject([{ title, state: 'running' }]);
  await first.kill();
  const [cut] = listed(data);
  expect(cut?.state).toBe('interrupted');
  const kept = cut?.progress?.done ?? 0;
  expect(kept).toBeGreaterThanOrEqual(40);

  const second = await serve({ data, entry });
  const after = await connect(second);
  const { id, progress } = await reaches(after.client, ({ state }) => state === 'running');
  expect(id).toBe(reached.id);
  expect(progress?.done).toBeGreaterThanOrEqual(kept);
  await after.client.jobs.cancel({ id });
  expect(await reaches(after.client, ({ state }) => state === 'cancelled')).toMatchObject({ canResume: true });
  await after.client.jobs.restart({ id });
  const done = await reaches(after.client, ({ state }) => state === 'done');
  expect(Number(/counted from (\d+)/.exec(done.result ?? '')?.[1])).toBeGreaterThanOrEqual(kept);
  await after.client.jobs.forget({ id: null });
  for await (const jobs of await after.client.jobs.watch()) if (jobs.length === 0) break;
  after.close();
  await second.stop();
}, 120_000);
