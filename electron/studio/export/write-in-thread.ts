import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failure } from '../../../shared/faults/failure.ts';
import { guarded, inBackground } from '../../log/guarded.ts';
import type { ExportTask } from './export-worker.ts';
import type { WrittenBook } from './write-book.ts';

/** Beside this file in the sources, in the output folder once built. */
function entry(): string {
  const here = import.meta.filename;
  if (here.endsWith('.ts')) return join(dirname(here), 'export-worker.ts');
  const folder = basename(dirname(here)) === 'chunks' ? dirname(dirname(here)) : dirname(here);
  return join(folder, 'worker', 'export.js');
}

/** Writes a book beside everything else: for Word a long one takes seconds. An abort ends it at once. */
export async function writeInThread(task: ExportTask, signal?: AbortSignal): Promise<WrittenBook> {
  signal?.throwIfAborted();
  const thread = new Worker(entry(), { workerData: task, env: {}, execArgv: [], stdout: true, stderr: true });
  const ended = once(thread, 'exit').then(() => {
    throw new Error('the thread ended without an answer');
  });
  const aborted = guarded(() => thread.terminate());
  signal?.addEventListener('abort', aborted);
  try {
    const [written] = (await Promise.race([once(thread, 'message'), ended])) as [WrittenBook];
    return written;
  } catch (error) {
    signal?.throwIfAborted();
    throw failure('NOT_EXPORTED', {}, { detail: String(error), cause: error });
  } finally {
    signal?.removeEventListener('abort', aborted);
    ended.catch(() => undefined);
    inBackground(thread.terminate());
  }
}
