import { Spellings } from '../../shared/prompt/plan/spellings.ts';
import type { Tokenizer } from '../../shared/prompt/types.ts';

export interface TestVocabulary {
  readonly kind?: 'bpe' | 'spm';
  /**
   * `pairs`: byte pairs are merged, so that a character may be several tokens, and what a word becomes depends on its
   * neighbours.
   */
  readonly unit?: 'words' | 'pairs';
  readonly bos?: boolean;
  /** Composes characters, as the makers of some do. */
  readonly composes?: boolean;
  readonly control?: readonly string[];
  readonly userDefined?: readonly string[];
}

const BOS = '<s>';

/**
 * A tokenizer of words, runs of marks and runs of spaces (or of byte pairs), which merge over the borders of turns as
 * real ones do. Counts the characters that it was given.
 */
export function wordTokenizer({
  kind = 'bpe',
  unit = 'words',
  bos = false,
  composes = false,
  control = [],
  userDefined = [],
}: TestVocabulary = {}) {
  const bytesOf: Buffer[] = [];
  const ids = new Map<string, number>();
  const idOf = (bytes: Buffer, special = '') => {
    const key = special + bytes.toString('latin1');
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, bytesOf.length);
    return bytesOf.push(bytes) - 1;
  };
  const specialId = (text: string) => idOf(Buffer.from(text), 'special ');
  const state = { characters: 0 };
  const units =
    unit === 'pairs' ? bytePairsOf : (text: string) => (text.match(WORDS) ?? []).map((word) => Buffer.from(word));
  const tokenizer: Tokenizer = {
    kind,
    userDefined,
    bos: bos ? specialId(BOS) : null,
    tokenize(text, leadingSpace = true) {
      state.characters += text.length;
      return splitOn(text, userDefined).flatMap((piece, index) => {
        if (userDefined.includes(piece)) return [specialId(piece)];
        return units(kind === 'spm' && (index > 0 || leadingSpace) ? ` ${piece}` : piece).map((bytes) => idOf(bytes));
      });
    },
    normalise: (text) => (composes ? text.normalize('NFC') : text),
    special: (text) =>
      control.includes(text)
        ? { id: specialId(text), kind: 'control' }
        : userDefined.includes(text)
          ? { id: specialId(text), kind: 'user-defined' }
          : null,
    bytes: (token) => bytesOf[token] ?? Buffer.alloc(0),
    reach: unit === 'pairs' ? (text, at) => PAIRS.reach(text, at) : reachOfWords,
  };
  const textOf = (tokens: readonly number[]) =>
    Buffer.concat(tokens.map((token) => bytesOf[token] ?? Buffer.alloc(0))).toString();
  return { tokenizer, state, textOf };
}

/** Any beginning of a word may be a token; none begins inside a character. */
function reachOfWords(text: string, at: number): number {
  if ((text.charCodeAt(at) & 0xc0) === 0x80) return at;
  const rest = Buffer.from(text.slice(at), 'latin1').toString();
  const length = Buffer.byteLength(WORDS_AT.exec(rest)?.[0] ?? '');
  return at + length >= text.length ? Infinity : at + length;
}

const WORDS_AT = /^(?: ?[\p{L}\p{N}]+|\s+|(?: ?[^\p{L}\p{N}\s]+))/u;
const WORDS = / ?[\p{L}\p{N}]+|\s+|(?: ?[^\p{L}\p{N}\s]+)/gu;
/** In the order in which they merge. */
const MERGES = [
  '  ',
  '\n\n',
  'on',
  'ne',
  'st',
  'ri',
  'ver',
  've',
  'er',
  ' s',
  ' r',
  '. ',
  '.\n',
  '<|',
  '|>',
  'us',
  'user',
  '##',
  '###',
  ' a',
  'sto',
  'stone',
  'one',
  '\xc3\xa9',
  '\xf0\x9f',
  '\xa6\x8a',
  'word',
  'wo',
  'rd',
];
const PAIRS = new Spellings(
  [...Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)), ...MERGES].map((text, id) => [id, text]),
);
const rank = new Map(MERGES.map((merge, index) => [merge, index]));

/**
 * Byte-pair encoding as published: of all neighbours the pair that comes first in the list of merges becomes one, again
 * and again.
 */
function bytePairsOf(text: string): Buffer[] {
  const pieces = [...Buffer.from(text).toString('latin1')];
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let at = 0; at + 1 < pieces.length; at++) {
      const found = rank.get(`${pieces[at]}${pieces[at + 1]}`) ?? Infinity;
      if (found < bestRank) [best, bestRank] = [at, found];
    }
    if (best < 0) return pieces.map((piece) => Buffer.from(piece, 'latin1'));
    pieces.splice(best, 2, `${pieces[best]}${pieces[best + 1]}`);
  }
}

function splitOn(text: string, words: readonly string[]): string[] {
  let pieces = [text];
  for (const word of words)
    pieces = pieces.flatMap((piece) =>
      words.includes(piece) ? [piece] : piece.split(word).flatMap((part, index) => (index > 0 ? [word, part] : [part])),
    );
  return pieces.filter((piece) => piece !== '');
}
