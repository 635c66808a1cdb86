import { once } from 'node:events';
import { leave, letEnd } from '../log/ending-threads.ts';
import { inBackground } from '../log/guarded.ts';
import { startThread } from './in-thread.ts';

/** A path whose disk is asked, and what both sides see: `probeCell` of it. */
export interface ProbeTask {
  readonly path: string;
  readonly shared: SharedArrayBuffer;
}
/** Where the thread is there, how often it was asked, and the last question that it answered. */
export const probeCell = { ready: 0, asked: 1, answered: 2 } as const;
/** Instead of a question. */
export const ENOUGH = -1;

export const PROBE_THREAD = { source: 'disk-probe-worker.ts', built: 'probe' };

/** What it said a moment ago still holds. */
const FRESH_MS = 20;
/** Main waits in slices: where only this process stood still, no more than one of them has passed. */
const SLICE_MS = 50;
const SLICES = 20;

/** Asks a disk, in a thread, before anybody waits for it. */
export interface DiskProbe {
  /** At once, or in a second at most; false while a question is open. */
  answers(): boolean;
  close(): void;
}

export function probeDisk(path: string): DiskProbe {
  const shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const cells = new Int32Array(shared);
  const thread = startThread(PROBE_THREAD, { path, shared } satisfies ProbeTask);
  thread.unref();
  let isUseless = !mayWait(cells);
  inBackground(
    once(thread, 'exit').finally(() => {
      isUseless = true;
    }),
  );
  let freshUntil = 0;

  function ask(): boolean {
    const question = Atomics.add(cells, probeCell.asked, 1) + 1;
    Atomics.notify(cells, probeCell.asked);
    for (let slice = 0; slice < SLICES; slice += 1) {
      Atomics.wait(cells, probeCell.answered, question - 1, SLICE_MS);
      if (Atomics.load(cells, probeCell.answered) === question) return true;
    }
    leave(Promise.resolve(Atomics.waitAsync(cells, probeCell.answered, question - 1).value));
    return false;
  }

  return {
    answers() {
      if (isUseless || Atomics.load(cells, probeCell.ready) === 0 || performance.now() < freshUntil) return true;
      if (Atomics.load(cells, probeCell.asked) !== Atomics.load(cells, probeCell.answered) || !ask()) return false;
      freshUntil = performance.now() + FRESH_MS;
      return true;
    },
    close() {
      Atomics.store(cells, probeCell.asked, ENOUGH);
      Atomics.notify(cells, probeCell.asked);
      letEnd(thread);
    },
  };
}

/** Not every host lets its main thread wait. */
function mayWait(cells: Int32Array): boolean {
  try {
    Atomics.wait(cells, probeCell.ready, 1, 0);
    return true;
  } catch {
    return false;
  }
}
