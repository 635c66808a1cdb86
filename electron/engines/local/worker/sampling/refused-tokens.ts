const NONE: ReadonlySet<number> = new Set();

/** Tokens that may not come at a place of the text again, because something banned began there with them. */
export class RefusedTokens {
  readonly #tokens = new Map<number, Set<number>>();

  at(place: number): ReadonlySet<number> {
    return this.#tokens.get(place) ?? NONE;
  }

  /** Takes the newest `count` tokens off the text; the first of them never comes in its place again. */
  add(history: number[], count: number): void {
    const at = history.length - count;
    for (const place of this.#tokens.keys()) if (place > at) this.#tokens.delete(place);
    this.#tokens.set(at, (this.#tokens.get(at) ?? new Set()).add(history[at] ?? 0));
    history.length = at;
  }
}
