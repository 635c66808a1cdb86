import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { inBackground } from './guarded.ts';

/** What Node says of a thread that has ended. */
const GONE = -1;

const leaving = new Set<Promise<unknown>>();

/** Work in a thread that nobody waits for any more: it ends when its disk answers. */
export function leave(work: Promise<unknown>): void {
  const left = work.finally(() => leaving.delete(left));
  leaving.add(left);
  inBackground(left);
}

/** One that has done what it was made for ends by itself. */
export function letEnd(thread: Worker): void {
  if (thread.threadId !== GONE) leave(once(thread, 'exit'));
}

/** In the middle of whatever it does. */
export function endThread(thread: Worker): void {
  if (thread.threadId === GONE) return;
  letEnd(thread);
  inBackground(thread.terminate());
}

/** False where a disk that does not answer keeps a thread: an orderly exit would wait for it without an end. */
export async function areThreadsGone(withinMs = 3000): Promise<boolean> {
  const waiting = new AbortController();
  // A process that ends has nothing else to wait for, and would end in the middle of this.
  const over = delay(withinMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(leaving), over]);
  waiting.abort();
  return leaving.size === 0;
}
