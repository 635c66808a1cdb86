import type { PromptFormat, Tokenizer } from '../types.ts';

/** Where a role word that somebody typed must be defused, by the way this vocabulary holds it. */
export interface RoleWords {
  /** Plain-text markers: matches the word's first character. */
  readonly plain: RegExp | null;
  /** User-defined tokens: matches the word's first character. */
  readonly split: RegExp | null;
}

/** What is a mark by its looks, wherever it stands: `<…>`, `[INST]` and `[gMASK]`. */
const BRACKETED = /<[^<>\s]+>|\[\/?[A-Za-z_]+\]/g;
export const isBracketed = (word: string) => new RegExp(`^(?:${BRACKETED.source})$`).test(word);
/** A marker cut at its brackets. */
export const atBrackets = (marker: string) =>
  marker.split(new RegExp(`(${BRACKETED.source})`)).filter((piece) => piece !== '');
/** What must be a role or an end in any format. */
const isRole = (word: string) => /^<\|[^<>|]+\|>$/.test(word);
const escape = (word: string) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** The words that mean a role in a format: its brackets, else the whole marker without its line ends. */
export function wordsOf(format: PromptFormat): string[] {
  const marks = [
    format.begins ?? '',
    ...Object.values(format.before),
    ...Object.values(format.after),
    format.opensReply,
    ...format.stops,
  ];
  return wordsIn(marks);
}

const wordsIn = (marks: readonly string[]): string[] => [
  ...new Set(marks.flatMap((mark) => mark.match(BRACKETED) ?? [mark.trim()]).filter((word) => word !== '')),
];

/** Control tokens need nothing: text is never tokenised into them. */
export function roleWords(format: PromptFormat, tokenizer: Tokenizer): RoleWords {
  const { reasoning } = format;
  // Marks that do not begin a line stand anywhere, so they are marks anywhere.
  const begins = Object.values(format.after).every((mark) => mark.endsWith('\n')) ? '^' : '(?<![\\p{L}\\p{N}])';
  const words = [...wordsOf(format), ...(reasoning === undefined ? [] : wordsIn([reasoning.open, reasoning.close]))];
  const split = new Set(
    [...words, ...tokenizer.userDefined.filter(isRole)].filter(
      (word) => tokenizer.special(word)?.kind === 'user-defined',
    ),
  );
  const plain = words.filter((word) => tokenizer.special(word) === null);
  return {
    plain: firstOf(plain.map((word) => (isBracketed(word) ? escape(word) : `${begins}${escape(word)}`))),
    split: firstOf([...split].map(escape)),
  };
}

function firstOf(patterns: readonly string[]): RegExp | null {
  return patterns.length === 0 ? null : new RegExp(`(?=${patterns.join('|')})[^]`, 'gmu');
}

const WORD_JOINER = '\u2060';

/** Puts a word joiner after the first character of every plain-text role word. */
export function neutralise(text: string, words: RoleWords): string {
  return words.plain === null ? text : text.replace(words.plain, `$&${WORD_JOINER}`);
}
