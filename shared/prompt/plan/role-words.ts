import type { PromptFormat, PromptNames, Tokenizer } from '../types.ts';

/** Where a role word that somebody typed must be defused, by the way this vocabulary reads a text and holds it. */
export interface RoleWords {
  normalise(text: string): string;
  /** Plain-text markers: matches the word's first character. */
  readonly plain: RegExp | null;
  /** User-defined tokens: matches the word's first character. */
  readonly split: RegExp | null;
}

/** No vocabulary: every text stays as it is. */
export const AS_WRITTEN: RoleWords = { plain: null, split: null, normalise: (text) => text };

/** What is a mark by its looks, wherever it stands: `<…>`, `[INST]` and `[gMASK]`. */
const BRACKETED = /<[^<>\s]+>|\[\/?[A-Za-z_]+\]/g;
export const isBracketed = (word: string) => new RegExp(`^(?:${BRACKETED.source})$`).test(word);
/** A marker cut at its brackets. */
export const atBrackets = (marker: string) =>
  marker.split(new RegExp(`(${BRACKETED.source})`)).filter((piece) => piece !== '');
/** What must be a role or an end in any format. */
const isRole = (word: string) => /^<\|[^<>|]+\|>$/.test(word);
const escape = (word: string) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/**
 * The words that mean a role in a format: its brackets, else the whole marker without its line ends. What else stands
 * in front of all is no mark.
 */
export const wordsOf = (format: PromptFormat): string[] => wordsIn([...marksOf(format), ...format.stops]);

export const marksOf = ({ begins = '', before, after, opensReply }: PromptFormat): readonly string[] => [
  ...(begins.match(BRACKETED) ?? []),
  ...Object.values(before),
  ...Object.values(after),
  opensReply,
];

const wordsIn = (marks: readonly string[]): string[] => [
  ...new Set(marks.flatMap((mark) => mark.match(BRACKETED) ?? [mark.trim()]).filter((word) => word !== '')),
];

const BEHIND_NO_LETTER = '(?<![\\p{L}\\p{N}])';

/** What stands in front of a role word, as a pattern: brackets are a mark anywhere. */
function borderOf(word: string, format: PromptFormat): string {
  if (isBracketed(word)) return '';
  // Marks that do not begin a line stand anywhere, so they are marks anywhere.
  return Object.values(format.after).every((mark) => mark.endsWith('\n')) ? '^' : BEHIND_NO_LETTER;
}

/** All that a format writes around turns, with the space around it, where it stands in a prompt. */
export function marksInText(format: PromptFormat): RegExp | null {
  const { open = '', close = '' } = format.reasoning ?? {};
  const marks = [...new Set([format.begins ?? '', ...marksOf(format), open, close])].filter(
    (mark) => mark.trim() !== '',
  );
  const patterns = marks
    .toSorted((a, b) => b.length - a.length)
    .map((mark) => `${borderOf(atBrackets(mark)[0] ?? '', format)}${escape(mark)}`);
  return patterns.length === 0 ? null : new RegExp(`\\s{0,8}(?:${patterns.join('|')}) ?`, 'gmu');
}

/** A text that ends a reply, where `border` matches in front of it (sticky). */
export interface StopText {
  readonly text: string;
  readonly border: RegExp;
}

/** A name at the start of a line ends the reply of another speaker, with the line's end before it (F18). */
const nameStops = (name: string): StopText[] => [
  { text: `\n${name}:`, border: /(?:)/muy },
  { text: `${name}:`, border: /^/muy },
];

/** Marks end a reply where they would be marks in a prompt (F8), other words where no word goes on with them. */
export function stopTexts(format: PromptFormat, names?: PromptNames): StopText[] {
  return [...formatStops(format), ...(names?.others ?? []).flatMap(nameStops)];
}

function formatStops(format: PromptFormat): StopText[] {
  const marks = new Set(wordsIn(marksOf(format)));
  return format.stops
    .filter((text) => text !== '')
    .map((text) => {
      const border = marks.has(text) ? borderOf(text, format) : /^[\p{L}\p{N}]/u.test(text) ? BEHIND_NO_LETTER : '';
      return { text, border: new RegExp(border, 'muy') };
    });
}

/** Control tokens need nothing: text is never tokenised into them. */
export function roleWords(format: PromptFormat, tokenizer: Tokenizer): RoleWords {
  const { reasoning } = format;
  const words = [...wordsOf(format), ...(reasoning === undefined ? [] : wordsIn([reasoning.open, reasoning.close]))];
  const split = new Set(
    [...words, ...tokenizer.userDefined.filter(isRole)].filter(
      (word) => tokenizer.special(word)?.kind === 'user-defined',
    ),
  );
  const plain = words.filter((word) => tokenizer.special(word) === null);
  return {
    normalise: (text) => tokenizer.normalise(text),
    plain: firstOf(plain.map((word) => `${borderOf(word, format)}${escape(word)}`)),
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
