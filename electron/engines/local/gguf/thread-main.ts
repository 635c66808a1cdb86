import { parentPort, workerData } from 'node:worker_threads';
import { EngineFault } from '../engine-fault.ts';
import type { ThreadJob } from './inspection-thread.ts';
import { fingerprint } from './fingerprint.ts';
import { readGgufHeader } from './header.ts';

async function work(job: ThreadJob): Promise<unknown> {
  switch (job.kind) {
    case 'inspect':
      return readGgufHeader(job.path);
    case 'fingerprint':
      return fingerprint(job);
    case 'render':
      return (await import('./render.ts')).render(job);
  }
}

try {
  parentPort?.postMessage({ result: await work(workerData as ThreadJob) });
} catch (error) {
  parentPort?.postMessage({
    fault:
      error instanceof EngineFault
        ? error.fault
        : {
            code: 'NOT_GGUF',
            message: 'This model file could not be read. Download it again, or choose another one.',
            detail: String(error),
          },
  });
}
