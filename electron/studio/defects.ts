import { faultOf } from '../../shared/faults/failure.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { channel, type Channel } from './channel.ts';

/** One that comes again and again is told once in so long; the log has them all. */
const AGAIN_MS = 60_000;

/** What went wrong where nobody waited for an answer, for every page. */
export interface Defects {
  tell(error: unknown): void;
  watch(signal?: AbortSignal): AsyncGenerator<StudioFault, void>;
  close(): void;
}

export function createDefects(): Defects {
  const watchers = new Set<Channel<StudioFault>>();
  const toldAt = new Map<string, number>();
  return {
    tell(error) {
      const fault = faultOf(error);
      const now = performance.now();
      if (now - (toldAt.get(fault.code) ?? -Infinity) < AGAIN_MS) return;
      toldAt.set(fault.code, now);
      for (const watcher of watchers) watcher.push(fault);
    },
    watch(signal) {
      const watcher: Channel<StudioFault> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      return watcher.iterator;
    },
    close() {
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
