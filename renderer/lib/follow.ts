import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { faultOf, logDefect } from './faults.ts';

const RETRY_MS = 250;

interface Following<T> {
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<T>>;
  readonly onValue: (value: T) => void;
  /** Something else than a lost connection broke it. */
  readonly onFault?: (fault: StudioFault) => void;
  readonly signal: AbortSignal;
}

/** Follows a stream of the studio for as long as the signal lets it, opening it again whenever it breaks. */
export async function follow<T>({ open, onValue, onFault, signal }: Following<T>): Promise<void> {
  const take = (value: T): void => {
    try {
      onValue(value);
    } catch (error) {
      // Of the page, and no fault of the stream.
      logDefect(error);
    }
  };
  while (!signal.aborted) {
    try {
      for await (const value of await open(signal)) {
        if (signal.aborted) return;
        take(value);
      }
    } catch (error) {
      if (signal.aborted) return;
      const fault = faultOf(error);
      if (fault.code !== 'UNREACHABLE') onFault?.(fault);
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
