import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { JobProgress } from '../../shared/contract/jobs.ts';
import { FaultError, faultOf } from '../../shared/faults/failure.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { endThread, letEnd } from '../log/ending-threads.ts';
import { guarded } from '../log/guarded.ts';

type Answer<R> = { readonly result: R } | { readonly fault: StudioFault };
type Said<R> = Answer<R> | { readonly progress: JobProgress };

/** `onExit`: it is really gone, which may be long after an abort. */
interface Listening {
  readonly onExit?: () => void;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly heapMb?: number | undefined;
}

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

/** `heapMb`: more memory it does not get, in megabytes. */
export function startThread(entry: ThreadEntry, task: unknown, heapMb?: number): Worker {
  return new Worker(fileOf(entry), {
    workerData: task,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    ...(heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } }),
  });
}

/**
 * Does a task in a thread of its own; rejects with its fault. An abort rejects at once, also where the thread waits for
 * a disk that does not answer.
 */
export async function inThread<R>(
  entry: ThreadEntry,
  task: unknown,
  signal?: AbortSignal,
  { onExit = () => undefined, onProgress, heapMb }: Listening = {},
): Promise<R> {
  signal?.throwIfAborted();
  const thread = startThread(entry, task, heapMb);
  const ended = once(thread, 'exit').then(() => {
    throw new Error('the thread ended without an answer');
  });
  thread.once('exit', guarded(onExit));
  const aborted = Promise.withResolvers<never>();
  const abort = guarded(() => aborted.reject(signal?.reason));
  signal?.addEventListener('abort', abort);
  for (const unheard of [ended, aborted.promise]) unheard.catch(() => undefined);
  let isAnswered = false;
  try {
    const answered = new Promise<Answer<R>>((resolve) => {
      thread.on(
        'message',
        guarded((said: Said<R>) => ('progress' in said ? onProgress?.(said.progress) : resolve(said))),
      );
    });
    const answer = await Promise.race([answered, ended, aborted.promise]);
    isAnswered = true;
    if ('fault' in answer) throw new FaultError(answer.fault);
    return answer.result;
  } finally {
    signal?.removeEventListener('abort', abort);
    if (isAnswered) letEnd(thread);
    else endThread(thread);
  }
}

/** The other end: what a thread was given to do, how far it is with that, and its answer. */
export async function answerTask<R>(
  work: (task: never, report: (progress: JobProgress) => void) => R | Promise<R>,
): Promise<void> {
  let answer: Answer<R>;
  try {
    answer = { result: await work(workerData as never, (progress) => parentPort?.postMessage({ progress })) };
  } catch (error) {
    answer = { fault: faultOf(error) };
  }
  parentPort?.postMessage(answer);
}
