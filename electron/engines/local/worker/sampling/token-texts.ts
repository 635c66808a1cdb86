import type { Vocabulary } from '../vocabulary.ts';

const known = new WeakMap<Vocabulary, TokenTexts>();

/** What the tokens of a vocabulary say, for settings that people write as text. */
export class TokenTexts {
  readonly #texts: readonly string[];
  readonly #byText = new Map<string, number[]>();

  private constructor(vocabulary: Vocabulary) {
    const decoder = new TextDecoder();
    this.#texts = Array.from({ length: vocabulary.size }, (_, token) => decoder.decode(vocabulary.bytes(token)));
    for (const [token, text] of this.#texts.entries())
      this.#byText.set(text, [...(this.#byText.get(text) ?? []), token]);
  }

  static of(vocabulary: Vocabulary): TokenTexts {
    const texts = known.get(vocabulary) ?? new TokenTexts(vocabulary);
    known.set(vocabulary, texts);
    return texts;
  }

  /** The tokens that are exactly this text, with a space in front or without. */
  find(text: string): readonly number[] {
    return [...(this.#byText.get(text) ?? []), ...(this.#byText.get(` ${text}`) ?? [])];
  }

  /** The tokens in which one of the pieces stands. */
  holding(pieces: readonly string[]): ReadonlySet<number> {
    const tokens = new Set<number>();
    for (const [token, text] of this.#texts.entries())
      if (pieces.some((piece) => text.includes(piece))) tokens.add(token);
    return tokens;
  }
}
