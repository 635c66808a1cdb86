import { LONGEST_ENTRY, MOST_BIAS, MOST_ENTRIES, type Sampling } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';

/** A list as lines of text: how it is shown, and what a text says, or a sentence on the line that is wrong. */
export interface LineFormat<T> {
  show(entry: T): string;
  read(line: string): T | string;
  readonly most: number;
}
export type Read<T> = { readonly entries: T[] } | { readonly wrong: string };

/** What a line cannot hold, or nobody could see at its end, is written as in many languages. */
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', ' ': '\\s' };
const MEANT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPED).map(([text, escaped]) => [escaped, text]),
);
const shown = (text: string): string => text.replaceAll(/[\\\n\t]| (?= *$)/g, (one) => ESCAPED[one] ?? one);
const meant = (text: string): string => text.replaceAll(/\\[\\nts]/g, (one) => MEANT[one] ?? one);

/** Every line is an entry: what `read` answers is never a complaint. */
export function plainLines(most: number): LineFormat<string> & { readonly wraps: true } {
  return { wraps: true, show: shown, read: meant, most };
}

export const biasLines: LineFormat<Sampling['logitBias'][number]> = {
  show: ({ text, bias }) => `${shown(text)} = ${String(bias)}`,
  read(line) {
    const [, text = '', number = ''] = /^(.+?)\s*=\s*([+-]?[\d.]+)$/.exec(line) ?? [];
    const bias = Number(number);
    if (text === '' || number === '' || !Number.isFinite(bias)) return words.sampling.noNumber(line);
    return Math.abs(bias) > MOST_BIAS ? words.sampling.tooMuch(number) : { text: meant(text), bias };
  },
  most: MOST_ENTRIES.logitBias,
};

export function readLines<T>(text: string, format: LineFormat<T>): Read<T> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > format.most) return { wrong: words.sampling.tooManyLines(format.most) };
  const entries: T[] = [];
  for (const line of lines) {
    if (line.length > LONGEST_ENTRY) return { wrong: words.sampling.tooLong(line.slice(0, 20), LONGEST_ENTRY) };
    const entry = format.read(line);
    if (typeof entry === 'string' && !('wraps' in format)) return { wrong: entry };
    entries.push(entry as T);
  }
  return { entries };
}
