import { Worker } from 'node:worker_threads';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { workerEntry } from '../host/worker-entry.ts';
import { FaultError } from '../../../../shared/faults/failure.ts';
import type { FingerprintTask } from './fingerprint.ts';
import type { RenderTask } from './render.ts';
import { endThread, letEnd } from '../../../log/ending-threads.ts';
import { guarded } from '../../../log/guarded.ts';

/** What may take long or end badly because a file is foreign. */
export type ThreadTask = { readonly kind: 'inspect'; readonly path: string } | FingerprintTask | RenderTask;
export interface Limits {
  readonly deadlineMs: number | null;
  readonly heapMb: number;
}

/** Does a task in a thread of its own, within limits on time and memory; `giveUp` makes the fault of reaching them. */
export async function inThread<T>(
  task: ThreadTask,
  limits: Limits,
  giveUp: (detail: string) => FaultError,
  signal?: AbortSignal,
): Promise<T> {
  const thread = new Worker(workerEntry(), {
    workerData: task,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMb },
    stdout: true,
    stderr: true,
  });
  const answer = Promise.withResolvers<T>();
  let isAnswered = false;
  const end = (detail: string): void => {
    answer.reject(giveUp(detail));
  };
  thread.on(
    'message',
    guarded((message: { result: T } | { fault: StudioFault }) => {
      isAnswered = true;
      if ('fault' in message) answer.reject(new FaultError(message.fault));
      else answer.resolve(message.result);
    }),
  );
  thread.on(
    'error',
    guarded((error) => end(String(error))),
  );
  thread.on(
    'exit',
    guarded(() => end('the thread ended without an answer')),
  );
  const deadline =
    limits.deadlineMs === null
      ? undefined
      : setTimeout(
          guarded(() => end(`no answer in ${limits.deadlineMs} ms`)),
          limits.deadlineMs,
        );
  const abort = guarded(() => end('nobody waits for it any more'));
  signal?.addEventListener('abort', abort);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', abort);
    if (isAnswered) letEnd(thread);
    else endThread(thread);
  }
}
