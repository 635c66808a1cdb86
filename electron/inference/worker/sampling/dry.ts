import { type Candidates, changed } from './candidates.ts';

export interface DrySettings { readonly strength: number; readonly base: number; readonly allowed: number; readonly range: number }

/** Beyond this a longer sequence makes no difference, and numbers stay finite. */
const LONGEST = 100;

/**
 * "Don't repeat yourself" (p-e-w 2024) over the whole text: a token that would go on with a sequence that stands there already is made less likely, the more so the longer the sequence.
 * Keeps, for every earlier place of the last token, how far the text before it agrees with the text's end: one step of that costs as much as the token is frequent.
 */
export class Repeats {
  readonly #history: readonly number[];
  readonly #breaks: (token: number) => boolean;
  #places = new Map<number, number[]>();
  /** Earlier place of the last token → length of the sequence that ends there and at the end. */
  #lengths = new Map<number, number>();
  #end = 0;

  constructor(history: readonly number[], breaks: (token: number) => boolean) {
    this.#history = history;
    this.#breaks = breaks;
  }

  /** What each token's logit loses now. */
  penalties({ strength, base, allowed, range }: DrySettings): ReadonlyMap<number, number> {
    this.#follow();
    const found = new Map<number, number>();
    const from = range === 0 ? 0 : Math.max(0, this.#end - range);
    for (const [place, length] of this.#lengths) {
      const seen = Math.min(length, place - from + 1);
      const next = this.#history[place + 1] ?? 0;
      if (seen < allowed || this.#breaks(next)) continue;
      found.set(next, Math.max(found.get(next) ?? 0, seen));
    }
    for (const [token, length] of found) found.set(token, strength * base ** Math.min(length - allowed, LONGEST));
    return found;
  }

  #follow(): void {
    if (this.#history.length < this.#end) {
      this.#places = new Map();
      this.#lengths = new Map();
      this.#end = 0;
    }
    for (; this.#end < this.#history.length; this.#end++) this.#take(this.#history[this.#end] ?? 0);
  }

  #take(token: number): void {
    if (this.#breaks(token)) { this.#lengths = new Map(); return; }
    const lengths = new Map<number, number>();
    const places = this.#places.get(token) ?? [];
    for (const place of places) lengths.set(place, (this.#lengths.get(place - 1) ?? 0) + 1);
    this.#lengths = lengths;
    places.push(this.#end);
    this.#places.set(token, places);
  }
}

export function withoutRepeats(list: Candidates, penalties: ReadonlyMap<number, number>): Candidates {
  if (penalties.size === 0) return list;
  return changed(list, (logit, id) => logit - (penalties.get(id) ?? 0));
}
