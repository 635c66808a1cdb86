import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { areThreadsGone, endThread, letEnd } from './ending-threads.ts';

const threadOf = (code: string): Worker => new Worker(code, { eval: true });

test('a thread that has ended or does as it is told keeps nobody from ending', async () => {
  const ended = threadOf('');
  await once(ended, 'exit');
  endThread(ended);
  const busy = threadOf('for (;;);');
  await once(busy, 'online');
  endThread(busy);
  letEnd(threadOf('setTimeout(() => {}, 50)'));
  expect(await areThreadsGone()).toBe(true);
});
