import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { FaultError, faultOf } from '../../shared/faults/failure.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { endThread } from '../log/ending-threads.ts';
import { guarded } from '../log/guarded.ts';

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

/**
 * Does a task in a thread of its own; rejects with its fault. An abort rejects at once, also where the thread waits for
 * a disk that does not answer; `onExit` hears when it is really gone.
 */
export async function inThread<R>(
  entry: ThreadEntry,
  task: unknown,
  signal?: AbortSignal,
  onExit: () => void = () => undefined,
): Promise<R> {
  signal?.throwIfAborted();
  const thread = new Worker(fileOf(entry), { workerData: task, env: {}, execArgv: [], stdout: true, stderr: true });
  const ended = once(thread, 'exit').then(() => {
    throw new Error('the thread ended without an answer');
  });
  thread.once('exit', guarded(onExit));
  const aborted = Promise.withResolvers<never>();
  const abort = guarded(() => aborted.reject(signal?.reason));
  signal?.addEventListener('abort', abort);
  for (const unheard of [ended, aborted.promise]) unheard.catch(() => undefined);
  try {
    const [answer] = (await Promise.race([once(thread, 'message'), ended, aborted.promise])) as [Answer<R>];
    if ('fault' in answer) throw new FaultError(answer.fault);
    return answer.result;
  } finally {
    signal?.removeEventListener('abort', abort);
    endThread(thread);
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
