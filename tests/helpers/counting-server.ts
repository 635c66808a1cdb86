/** A studio with a job of its own: it counts to 200, one every 10 ms. Arguments: those of `paphos serve`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serveStudio } from './studio-host.ts';

await serveStudio(({ jobs, services }) => {
  jobs.register({
    kind: 'count',
    resumable: true,
    params: z.object({ to: z.number() }),
    title: ({ to }) => ({ code: 'JOB_READS_MODEL', params: { name: `Counting to ${String(to)}` } }),
    async run({ to }, { signal, from, progress, checkpoint }) {
      for (let at = z.number().catch(0).parse(from); at <= to; at += 1) {
        signal.throwIfAborted();
        progress({ done: at, total: to, unit: 'items' });
        if (at % 10 === 0) checkpoint(at);
        await sleep(10);
      }
      return `counted from ${String(from ?? 0)}`;
    },
  });
  if (jobs.list().every(({ kind }) => kind !== 'count'))
    jobs.start('count', { to: Number(process.env['COUNT_TO'] ?? 200) });
  return services;
});
