import { parentPort, workerData } from 'node:worker_threads';
import { fault, FaultError } from '../../../../shared/faults/failure.ts';
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
    fault: error instanceof FaultError ? error.fault : fault('UNREADABLE', {}, String(error)),
  });
}
