import type { PromptTurn } from '../../../shared/prompt/types.ts';
import { guarded } from '../../log/guarded.ts';

const IDLE_MS = 500;
const AT_ONCE = 16;

/** Token counts of turns outside the window, made in idle time so that no key waits for them. */
export interface Counts {
  of(turn: PromptTurn, version: number): number | null;
  /** Counts these later, unless something else was asked meanwhile. */
  later(turns: readonly PromptTurn[], versions: ReadonlyMap<string, number>): void;
  forget(): void;
}

export function createCounts(
  count: (texts: readonly string[]) => Promise<readonly number[]>,
  isBusy: () => boolean,
): Counts {
  const known = new Map<string, { readonly version: number; readonly tokens: number }>();
  let timer: NodeJS.Timeout | undefined;
  let age = 0;

  const of = (turn: PromptTurn, version: number): number | null => {
    const entry = known.get(turn.id);
    return entry?.version === version ? entry.tokens : null;
  };

  async function work(
    waiting: readonly PromptTurn[],
    versions: ReadonlyMap<string, number>,
    born: number,
  ): Promise<void> {
    for (let from = 0; from < waiting.length && born === age && !isBusy(); from += AT_ONCE) {
      const batch = waiting.slice(from, from + AT_ONCE);
      const counts = await count(batch.map((turn) => turn.text));
      if (born !== age) return;
      batch.forEach((turn, index) => {
        known.set(turn.id, { version: versions.get(turn.id) ?? 0, tokens: counts[index] ?? 0 });
      });
    }
  }

  return {
    of,
    later(turns, versions) {
      clearTimeout(timer);
      const waiting = turns.filter((turn) => of(turn, versions.get(turn.id) ?? 0) === null);
      if (waiting.length === 0) return;
      // A count that fails with its engine is simply not known.
      timer = setTimeout(
        guarded(() => {
          work(waiting, versions, age).catch(() => undefined);
        }),
        IDLE_MS,
      ).unref();
    },
    forget() {
      clearTimeout(timer);
      age += 1;
      known.clear();
    },
  };
}
