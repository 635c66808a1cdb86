const DECODER = new TextDecoder();
const WAITS = /\uFFFD$/;
const LETTER = /[\p{L}\p{N}]/u;

/** What never comes, whatever the case of its letters; a word is not a part of a longer one. */
export interface BannedText {
  readonly text: string;
  readonly isWord: boolean;
}

/** Tokens that are decided, or how many of the newest tokens have to go for a banned text to be undone. */
type Step<T> = { readonly decided: readonly T[] } | { readonly undo: number };

interface Standing {
  /** What stands in front of the first token. */
  readonly before: string;
  /** What the first tokens spell that stands there too. */
  readonly owed: string;
}

/**
 * Recognises banned texts in a text that comes in tokens, and holds back the tokens in which one may have begun. One
 * that begins in what stands already is undone from the first token that goes on with it.
 */
export class PhraseGuard<T extends { readonly token: number }> {
  readonly #banned: readonly BannedText[];
  readonly #bytes: (token: number) => Uint8Array;
  readonly #reach: number;
  /** The end of what is decided. */
  #before: string;
  /** How much of `before` and of what is held stood there before: none of it is undone. */
  #fixed: number;
  #held: T[] = [];

  constructor(
    banned: readonly BannedText[],
    bytes: (token: number) => Uint8Array,
    { before, owed }: Standing = { before: '', owed: '' },
  ) {
    this.#banned = banned.map(({ text, isWord }) => ({ text: text.toLowerCase(), isWord }));
    this.#bytes = bytes;
    this.#reach = reachOf(banned);
    this.#before = before.toLowerCase();
    this.#fixed = this.#before.length + owed.toLowerCase().length;
  }

  push(next: T): Step<T> {
    const held = [...this.#held, next];
    const text = this.#textOf(held);
    const at = this.#firstIn(text, false);
    if (at !== null) return this.#undo(held, at);
    const open = this.#openFrom(text);
    return { decided: this.#decide(held, open === text.length ? held.length : this.#tokenAt(held, open)) };
  }

  /** The same for a token that ends the text. */
  end(last: T): Step<T> {
    const held = [...this.#held, last];
    const at = this.#firstIn(this.#textOf(held), true);
    return at === null ? { decided: this.#decide(held, held.length) } : this.#undo(held, at);
  }

  /** What was held back, where nothing more comes: up to a banned word that would stand at the end. */
  release(): readonly T[] {
    const at = this.#firstIn(this.#textOf(this.#held), true);
    const released = this.#decide(this.#held, at === null ? this.#held.length : this.#tokenAt(this.#held, at));
    this.#held = [];
    return released;
  }

  #undo(held: T[], at: number): { readonly undo: number } {
    const first = this.#tokenAt(held, Math.max(at, this.#fixed));
    this.#held = held.slice(0, first);
    return { undo: held.length - first };
  }

  #decide(held: T[], count: number): readonly T[] {
    const decided = held.slice(0, count);
    this.#held = held.slice(count);
    const text = this.#textOf(decided);
    const gone = Math.max(0, text.length - this.#reach);
    this.#before = text.slice(gone);
    this.#fixed = Math.max(0, this.#fixed - gone);
    return decided;
  }

  #textOf(tokens: readonly T[]): string {
    return (
      this.#before +
      DECODER.decode(Uint8Array.from(tokens.flatMap(({ token }) => [...this.#bytes(token)]))).toLowerCase()
    );
  }

  /** The place in the list of the token in which the character at `at` begins. */
  #tokenAt(tokens: readonly T[], at: number): number {
    let count = tokens.length - 1;
    while (count > 0 && this.#textOf(tokens.slice(0, count)).length > at) count--;
    return Math.max(0, count);
  }

  #firstIn(text: string, isEnd: boolean): number | null {
    let found: number | null = null;
    for (const banned of this.#banned) {
      let at = text.indexOf(banned.text);
      while (at >= 0 && !this.#stands(banned, text, at, isEnd)) at = text.indexOf(banned.text, at + 1);
      if (at >= 0 && (found === null || at < found)) found = at;
    }
    return found;
  }

  #stands(banned: BannedText, text: string, at: number, isEnd: boolean): boolean {
    const end = at + banned.text.length;
    return end > this.#fixed && mayBegin(banned, text, at) && ends(banned, text.slice(end), isEnd);
  }

  /** From where the text may be the beginning of a banned one, or of a character. */
  #openFrom(text: string): number {
    for (let from = Math.max(0, text.length - this.#reach); from < text.length; from++) {
      const rest = text.slice(from);
      if (WAITS.test(rest) && rest.length === 1) return from;
      const begun = rest.replace(WAITS, '');
      for (const banned of this.#banned)
        if (banned.text.startsWith(begun) && from + banned.text.length > this.#fixed && mayBegin(banned, text, from))
          return from;
    }
    return text.length;
  }
}

/** How much of a text has to be known to recognise any of these at its end. */
export const reachOf = (banned: readonly BannedText[]): number =>
  2 + Math.max(0, ...banned.map(({ text }) => text.toLowerCase().length));

function mayBegin({ text: banned, isWord }: BannedText, text: string, at: number): boolean {
  const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
  return !isWord || !LETTER.test(first(banned)) || !LETTER.test(before);
}

/** `rest`: what stands behind it so far. */
function ends({ text, isWord }: BannedText, rest: string, isEnd: boolean): boolean {
  if (!isWord || !LETTER.test(Array.from(text).at(-1) ?? '')) return true;
  const next = rest.replace(WAITS, '') === '' ? '' : first(rest);
  return next === '' ? isEnd : !LETTER.test(next);
}

const first = (text: string): string => Array.from(text.slice(0, 2)).at(0) ?? '';
