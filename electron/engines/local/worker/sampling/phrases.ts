const DECODER = new TextDecoder();
const WAITS = /\uFFFD$/;

/**
 * Recognises phrases in a text that comes in tokens, whatever the case of their letters, and holds back the tokens in
 * which one may have begun.
 */
export class PhraseGuard<T extends { readonly token: number }> {
  readonly #phrases: readonly string[];
  readonly #bytes: (token: number) => Uint8Array;
  #held: T[] = [];

  constructor(phrases: readonly string[], bytes: (token: number) => Uint8Array) {
    this.#phrases = phrases.map((phrase) => phrase.toLowerCase());
    this.#bytes = bytes;
  }

  /**
   * Tokens that are decided, or how many of the newest tokens, this one among them, have to go for a phrase to be
   * undone.
   */
  push(next: T): { readonly decided: readonly T[] } | { readonly undo: number } {
    const held = [...this.#held, next];
    const text = this.#textOf(held);
    const at = Math.min(...this.#phrases.map((phrase) => text.indexOf(phrase)).filter((place) => place >= 0));
    if (at !== Infinity) {
      const first = this.#tokenAt(held, at);
      this.#held = held.slice(0, first);
      return { undo: held.length - first };
    }
    const open = this.#openFrom(text);
    const count = open === text.length ? held.length : this.#tokenAt(held, open);
    this.#held = held.slice(count);
    return { decided: held.slice(0, count) };
  }

  /** What was held back. */
  release(): readonly T[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #textOf(tokens: readonly T[]): string {
    return DECODER.decode(Uint8Array.from(tokens.flatMap(({ token }) => [...this.#bytes(token)]))).toLowerCase();
  }

  /** The place in the list of the token in which the character at `at` begins. */
  #tokenAt(tokens: readonly T[], at: number): number {
    let count = tokens.length - 1;
    while (count > 0 && this.#textOf(tokens.slice(0, count)).length > at) count--;
    return count;
  }

  /** From where the text may be the beginning of a phrase, or of a character. */
  #openFrom(text: string): number {
    for (let from = 0; from < text.length; from++) {
      const rest = text.slice(from);
      if (WAITS.test(rest) && rest.length === 1) return from;
      if (this.#phrases.some((phrase) => phrase.startsWith(rest.replace(WAITS, '')))) return from;
    }
    return text.length;
  }
}
