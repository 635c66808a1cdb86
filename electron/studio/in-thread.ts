import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { FaultError, faultOf } from '../../shared/faults/failure.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { guarded, inBackground } from '../log/guarded.ts';

type Answer<R> = { readonly result: R } | { readonly fault: StudioFault };

/** Work beside everything else: `source` below this folder, and the name that it has once built. */
export interface ThreadEntry {
  readonly source: string;
  readonly built: string;
}

function fileOf({ source, built }: ThreadEntry): string {
  const here = import.meta.filename;
  if (here.endsWith('.ts')) return join(dirname(here), source);
  const folder = basename(dirname(here)) === 'chunks' ? dirname(dirname(here)) : dirname(here);
  return join(folder, 'worker', `${built}.js`);
}

/** Does a task in a thread of its own; rejects with its fault. An abort ends it at once. */
export async function inThread<R>(entry: ThreadEntry, task: unknown, signal?: AbortSignal): Promise<R> {
  signal?.throwIfAborted();
  const thread = new Worker(fileOf(entry), { workerData: task, env: {}, execArgv: [], stdout: true, stderr: true });
  const ended = once(thread, 'exit').then(() => {
    throw new Error('the thread ended without an answer');
  });
  const aborted = guarded(() => thread.terminate());
  signal?.addEventListener('abort', aborted);
  try {
    const [answer] = (await Promise.race([once(thread, 'message'), ended])) as [Answer<R>];
    if ('fault' in answer) throw new FaultError(answer.fault);
    return answer.result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', aborted);
    ended.catch(() => undefined);
    inBackground(thread.terminate());
  }
}

/** The other end: what a thread was given to do, and its answer. */
export async function answerTask<R>(work: (task: never) => R | Promise<R>): Promise<void> {
  let answer: Answer<R>;
  try {
    answer = { result: await work(workerData as never) };
  } catch (error) {
    answer = { fault: faultOf(error) };
  }
  parentPort?.postMessage(answer);
}
