import { parentPort, workerData } from 'node:worker_threads';
import { fault, FaultError } from '../../../../shared/faults/failure.ts';
import type { ThreadTask } from './inspection-thread.ts';
import { fingerprint } from './fingerprint.ts';
import { readGgufHeader } from './header.ts';

async function work(task: ThreadTask): Promise<unknown> {
  switch (task.kind) {
    case 'inspect':
      return readGgufHeader(task.path);
    case 'fingerprint':
      return fingerprint(task);
    case 'render':
      return (await import('./render.ts')).render(task);
  }
}

try {
  parentPort?.postMessage({ result: await work(workerData as ThreadTask) });
} catch (error) {
  parentPort?.postMessage({
    fault: error instanceof FaultError ? error.fault : fault('UNREADABLE', {}, String(error)),
  });
}
