const HELD = 0;
const READ = 1;
const UNIT = 2 ** 20;

/** Two numbers in memory that is shared with a thread that reads: whether it sleeps, and how many MiB it has read. */
export type ReadingNumbers = Int32Array<SharedArrayBuffer>;

export interface ReadingMeter {
  readonly shared: ReadingNumbers;
  readonly bytesRead: number;
  hold(isHeld: boolean): void;
}

export function openReadingMeter(): ReadingMeter {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  return {
    shared,
    get bytesRead() {
      return Atomics.load(shared, READ) * UNIT;
    },
    hold(isHeld) {
      Atomics.store(shared, HELD, isHeld ? 1 : 0);
      Atomics.notify(shared, HELD);
    },
  };
}

/** In the thread: so much was read; sleeps while it is held. */
export function haveRead(shared: ReadingNumbers, bytes: number): void {
  Atomics.store(shared, READ, Math.floor(bytes / UNIT));
  Atomics.wait(shared, HELD, 1);
}
