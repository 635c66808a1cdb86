import { statSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { ENOUGH, probeCell, type ProbeTask } from './disk-probe.ts';

const { path, shared } = workerData as ProbeTask;
const cells = new Int32Array(shared);

Atomics.store(cells, probeCell.ready, 1);
for (let question = 0; question !== ENOUGH;) {
  Atomics.wait(cells, probeCell.asked, question);
  question = Atomics.load(cells, probeCell.asked);
  if (question !== ENOUGH)
    try {
      statSync(path);
    } catch {
      // That nothing is there is an answer too.
    }
  Atomics.store(cells, probeCell.answered, question);
  Atomics.notify(cells, probeCell.answered);
}
