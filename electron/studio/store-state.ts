import type { StoreState } from '../../shared/contract/connection.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { channel, type Channel } from './channel.ts';

/** Whether the store takes what it is given, for every page. */
export interface StoreStates {
  /** What keeps this part of the studio from the store; null: nothing. */
  set(part: string, fault: StudioFault | null): void;
  watch(signal?: AbortSignal): AsyncGenerator<StoreState, void>;
  close(): void;
}

export function createStoreStates(): StoreStates {
  const watchers = new Set<Channel<StoreState>>();
  const faults = new Map<string, StudioFault>();
  const state = (): StoreState => ({ fault: faults.values().next().value ?? null });
  return {
    set(part, fault) {
      const before = state().fault?.code;
      if (fault === null) faults.delete(part);
      else faults.set(part, fault);
      if (state().fault?.code !== before) for (const watcher of watchers) watcher.push(state());
    },
    watch(signal) {
      const watcher: Channel<StoreState> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(state());
      return watcher.iterator;
    },
    close() {
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
