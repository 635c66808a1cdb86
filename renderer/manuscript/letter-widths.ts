import { fontLoads } from './font-loads.ts';

/** How wide the letters of a font are, in pixels. */
export interface LetterWidths {
  /** Of a UTF-16 unit; of the second one of a pair 0. */
  of(code: number): number;
  /** Of a unit behind another one, to which it may stand nearer or further. */
  behind(before: number, code: number): number;
  /** Whether the page sets a text just as wide. */
  readonly isExact: boolean;
}

/** Latin letters and punctuation, whose pairs are met most. */
const LATIN = 0x250;
const PUNCTUATION = 0x2010;
const MARKS = 0x18;
const PLACES = LATIN + MARKS;
const placeOf = (code: number): number =>
  code < LATIN ? code : code >= PUNCTUATION && code < PUNCTUATION + MARKS ? LATIN + code - PUNCTUATION : -1;

/** Greek and Cyrillic end here; letters behind them are measured alone. */
const ALONE = 0x530;

const SAMPLE = 'judge my vow, Sphinx of black quartz: “Five Wavy Toffees,” AVERTED — it’s 1,234.50 or nothing; go!';
const CLOSE = 0.02;

let tables = new Map<string, LetterWidths>();
let measuredAt = 0;

/** Each letter and each pair is measured once, on a canvas. */
export function letterWidths(family: string, size: number, weight: string): LetterWidths {
  const font = `${weight} ${size}px ${family}`;
  if (measuredAt !== fontLoads()) tables = new Map();
  measuredAt = fontLoads();
  const known = tables.get(font);
  if (known !== undefined) return known;
  const table = measureLetters(font);
  tables.set(font, table);
  return table;
}

function measureLetters(font: string): LetterWidths {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen !== null) pen.font = font;
  const measure = (text: string): number => pen?.measureText(text).width ?? 0;
  const letters = new Float64Array(0x1_0000).fill(Number.NaN);
  const pairs = new Float32Array(PLACES * PLACES).fill(Number.NaN);
  const rarer = new Map<number, number>();
  const emoji = measure('🙂');
  const of = (code: number): number => {
    const width = letters[code] ?? 0;
    if (width === width) return width;
    const isPair = code >= 0xd800 && code < 0xe000;
    return (letters[code] = isPair ? (code < 0xdc00 ? emoji : 0) : measure(String.fromCharCode(code)));
  };
  const measureBehind = (before: number, code: number): number =>
    measure(String.fromCharCode(before, code)) - of(before);
  const behind = (before: number, code: number): number => {
    const left = placeOf(before);
    const right = placeOf(code);
    if (left >= 0 && right >= 0) {
      const at = left * PLACES + right;
      const known = pairs[at] ?? 0;
      return known === known ? known : (pairs[at] = measureBehind(before, code));
    }
    if ((left < 0 && before >= ALONE) || (right < 0 && code >= ALONE)) return of(code);
    const at = before * 0x1_0000 + code;
    const known = rarer.get(at) ?? measureBehind(before, code);
    rarer.set(at, known);
    return known;
  };
  return { of, behind, isExact: Math.abs(pageWidth(font) - sum(SAMPLE, of, behind)) < CLOSE * SAMPLE.length };
}

function sum(text: string, of: LetterWidths['of'], behind: LetterWidths['behind']): number {
  let width = of(text.charCodeAt(0));
  for (let index = 1; index < text.length; index++) width += behind(text.charCodeAt(index - 1), text.charCodeAt(index));
  return width;
}

function pageWidth(font: string): number {
  const line = document.createElement('span');
  line.style.cssText = 'position:absolute;visibility:hidden;white-space:pre';
  line.style.font = font;
  line.textContent = SAMPLE;
  document.body.append(line);
  const { width } = line.getBoundingClientRect();
  line.remove();
  return width;
}
