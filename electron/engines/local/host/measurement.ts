import type { Measurement } from '../../port.ts';
import type { FromEngine } from '../protocol.ts';

/** A measurement as its asker holds it, from the queue to its end. */
export function measurement<T>(
  run: (signal: AbortSignal, notice: (message: FromEngine) => void) => Promise<T>,
): Measurement<T> {
  const stop = new AbortController();
  const listeners: ((share: number) => void)[] = [];
  const done = run(stop.signal, (message) => {
    if (message.type === 'progress') for (const listener of listeners) listener(message.value);
  });
  // Whoever stops a measurement need not wait for it.
  done.catch(() => undefined);
  return {
    done,
    onProgress: (listener) => {
      listeners.push(listener);
    },
    stop: () => {
      stop.abort();
    },
  };
}
