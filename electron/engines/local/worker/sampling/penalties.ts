import { NOTHING_SPARED, type Spared } from './spared-tokens.ts';
import { type Candidates, changed } from './token-candidates.ts';

export interface PenaltySettings {
  readonly repetition: number;
  readonly frequency: number;
  readonly presence: number;
}

/**
 * How often each token stands in the last `range` tokens of a text that grows and shrinks at its end; what belongs to
 * its form is not counted.
 */
export class RecentCounts {
  readonly counts = new Map<number, number>();
  readonly #history: readonly number[];
  readonly #range: number;
  readonly #isSpared: (place: number) => boolean;
  #start = 0;
  #end = 0;

  constructor(history: readonly number[], range: number, spared: Spared = NOTHING_SPARED) {
    this.#history = history;
    this.#range = range;
    this.#isSpared = sparedPlaces(history, range, spared);
  }

  /** Called at every length at which a token is chosen. */
  follow(): this {
    const start = Math.max(0, this.#history.length - this.#range);
    if (this.#history.length < this.#end || start > this.#end) {
      this.counts.clear();
      this.#start = this.#end = start;
    }
    while (this.#end < this.#history.length) this.#count(this.#end++, 1);
    while (this.#start < start) this.#count(this.#start++, -1);
    return this;
  }

  #count(place: number, change: number): void {
    if (this.#isSpared(place)) return;
    const token = this.#history[place] ?? 0;
    const count = (this.counts.get(token) ?? 0) + change;
    if (count > 0) this.counts.set(token, count);
    else this.counts.delete(token);
  }
}

/** Which places of a text that has just a prompt so far are not counted. */
export function sparedPlaces(
  history: readonly number[],
  range: number,
  { marks, placesIn }: Spared,
): (place: number) => boolean {
  const places = placesIn(history, range);
  return (place) => marks.has(history[place] ?? 0) || places.has(place);
}

/**
 * Makes what stands in the recent text less likely: the repetition penalty divides the logit (Keskar et al. 2019), the
 * others subtract, once for each time and once at all.
 */
export function penalised(
  list: Candidates,
  counts: ReadonlyMap<number, number>,
  { repetition, frequency, presence }: PenaltySettings,
): Candidates {
  return changed(list, (logit, id) => {
    const count = counts.get(id);
    return count === undefined
      ? logit
      : (logit > 0 ? logit / repetition : logit * repetition) - count * frequency - presence;
  });
}
