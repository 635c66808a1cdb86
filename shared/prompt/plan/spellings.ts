/** Bytes as a text of characters from U+0000 to U+00FF, which sorts and compares as they do. */
export const spell = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The tokens of a vocabulary by what they spell, as `spell` writes it. */
export class Spellings {
  readonly #texts: readonly string[];
  readonly #ids: readonly number[];

  constructor(tokens: readonly (readonly [id: number, spelling: string])[]) {
    const sorted = tokens
      .filter(([, text]) => text !== '')
      .sort(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0));
    this.#texts = sorted.map(([, text]) => text);
    this.#ids = sorted.map(([id]) => id);
  }

  /** Where the longest token ends that may begin at a place of a text; Infinity if one goes on behind the text. */
  reach(text: string, at: number): number {
    let far = at;
    let [from, to] = [0, this.#texts.length];
    for (let length = 1; at + length <= text.length; length++) {
      [from, to] = this.#narrowed(from, to, length - 1, text.charCodeAt(at + length - 1));
      if (from === to) return far;
      if (this.#texts[from]?.length === length) far = at + length;
    }
    return (this.#texts[to - 1]?.length ?? 0) > text.length - at ? Infinity : far;
  }

  /** The tokens that may come where a text must: those that it begins with, and those that begin with it. */
  towards(text: string): number[] {
    const found: number[] = [];
    let [from, to] = [0, this.#texts.length];
    for (let length = 1; length <= text.length; length++) {
      [from, to] = this.#narrowed(from, to, length - 1, text.charCodeAt(length - 1));
      for (let place = from; length < text.length && place < to && this.#texts[place]?.length === length; place++)
        found.push(this.#ids[place] ?? 0);
    }
    return [...found, ...this.#ids.slice(from, to)];
  }

  /** Of the tokens from one place to another, which begin alike, those that have this character next. */
  #narrowed(from: number, to: number, place: number, character: number): [number, number] {
    return [this.#first(from, to, place, character), this.#first(from, to, place, character + 1)];
  }

  #first(from: number, to: number, place: number, character: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >> 1;
      // A token that ends here has no character, and stands in front.
      if ((this.#texts[middle]?.charCodeAt(place) ?? 0) >= character) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
