import { Worker } from 'node:worker_threads';
import type { StudioFault } from '../../shared/contract/common.ts';
import { workerEntry } from './entry.ts';
import { EngineFault } from './fault.ts';
import type { GgufHeader } from './gguf/header.ts';

const DEADLINE_MS = 5000;
const HEAP_MB = 512;

/** Reads a model file's header in a thread of its own, with a deadline and a limit on memory: a file may be anything. */
export async function inspectModel(path: string, entry = workerEntry()): Promise<GgufHeader> {
  const thread = new Worker(entry, { workerData: path, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB }, stdout: true, stderr: true });
  const answer = Promise.withResolvers<GgufHeader>();
  const giveUp = (detail: string): void => {
    answer.reject(new EngineFault('LIMIT', 'This model file could not be looked at with reasonable effort: it is damaged, or its disk does not answer. Download it again, or choose another one.', detail));
  };
  thread.on('message', (message: { header: GgufHeader } | { fault: StudioFault }) => {
    if ('header' in message) answer.resolve(message.header);
    else answer.reject(EngineFault.from(message.fault));
  });
  thread.on('error', (error) => { giveUp(String(error)); });
  thread.on('exit', () => { giveUp('the thread ended without an answer'); });
  const deadline = setTimeout(() => { giveUp(`no answer in ${DEADLINE_MS} ms`); }, DEADLINE_MS);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(deadline);
    // Not awaited: a thread that waits for its disk ends when the disk answers.
    void thread.terminate();
  }
}
