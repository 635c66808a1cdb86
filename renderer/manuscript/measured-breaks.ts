import type { LetterWidths } from './letter-widths.ts';

const SPACE = 32;
const HYPHEN = 45;
const EN_DASH = 0x2013;
const EM_DASH = 0x2014;
/** From here on a line may be broken between any two signs: ideographs, kana, Hangul, emoji. */
const ANYWHERE = 0x2e80;
/** A difference of less than this may be one of rounding, in pixels. */
const CLOSE = 0.5;

/** What is set letter by letter from the left. */
const isPlain = (code: number): boolean =>
  (code >= SPACE && code < 0x250) ||
  (code >= 0x2010 && code < 0x2028) ||
  (code >= 0x370 && code < 0x530) ||
  code === 0x2002 ||
  code === 0x2003;
/** A word that is broken nowhere, with what stands around it. */
const WHOLE_WORD = /^["'(“‘«]*[\p{L}\d]+(?:['’][\p{L}\d]+)*["'),.;:!?…”’»]*$/u;

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;
const breaksBehind = (code: number): boolean =>
  code === SPACE ||
  code === HYPHEN ||
  code === EN_DASH ||
  code === EM_DASH ||
  (code >= ANYWHERE && !isHigh(code) && code !== 0xfe0f);

export interface MeasuredBreaks {
  /** Where each line ends, the last one at the end of the text. */
  readonly ends: number[];
  /** False where a browser may break otherwise: by its rules for other scripts and within words, or by a hair. */
  readonly isSure: boolean;
}

/** Where a text is broken, by the widths of its letters. `measure`: how wide a line is, in pixels. */
export function measuredBreaks(text: string, measure: number, { of, behind, isExact }: LetterWidths): MeasuredBreaks {
  const ends: number[] = [];
  let isSure = isExact;
  let begin = 0;
  let width = 0;
  let chance = 0;
  let widthThere = 0;
  // As behind a space: one that begins a text might vanish, and one behind another as well.
  let before = SPACE;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const own = index > begin ? behind(before, code) : of(code);
    if (!isPlain(code)) isSure = false;
    if (code === SPACE) {
      // A space at the end of a line hangs.
      if (before === SPACE || Math.abs(width - measure) < CLOSE) isSure = false;
    } else if (width + own > measure && index > begin && !isLow(code)) {
      const fits = chance > begin;
      if (isSure) isSure = fits && isWholeWord(text, chance);
      if (isSure && width + own - measure < CLOSE) isSure = false;
      begin = fits ? chance : index;
      width = fits ? width - widthThere : 0;
      ends.push(begin);
      chance = begin;
      widthThere = 0;
    }
    before = code;
    width += own;
    if (breaksBehind(code)) {
      chance = index + 1;
      widthThere = width;
    }
  }
  if (Math.abs(width - measure) < CLOSE) isSure = false;
  ends.push(text.length);
  return { ends, isSure };
}

function isWholeWord(text: string, from: number): boolean {
  if (text.charCodeAt(from - 1) !== SPACE) return false;
  let end = from;
  while (isLatinLetter(text.charCodeAt(end))) end++;
  if (end > from && (end === text.length || text.charCodeAt(end) === SPACE)) return true;
  end = text.indexOf(' ', from);
  return WHOLE_WORD.test(text.slice(from, end < 0 ? text.length : end));
}

const isLatinLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
