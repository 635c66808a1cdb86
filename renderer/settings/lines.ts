import type { Sampling } from '../../shared/settings/sampling.ts';

/** A list as lines of text: how it is shown, and what a text says, or a sentence on the line that is wrong. */
export interface LineFormat<T> { show(entry: T): string; read(line: string): T | string; readonly most: number }
export type Read<T> = { readonly entries: T[] } | { readonly wrong: string };

const LONGEST = 200;
/** A line cannot hold a line break: it is written as in many languages. */
const shown = (text: string): string => text.replaceAll('\n', '\\n');
const meant = (text: string): string => text.replaceAll('\\n', '\n');

/** Entries are wrapped so that a piece of text is never taken for a sentence about one. */
export const plainLines: LineFormat<string> & { readonly wraps: true } = { wraps: true, show: shown, read: meant, most: 200 };

export const biasLines: LineFormat<Sampling['logitBias'][number]> = {
  show: ({ text, bias }) => `${shown(text)} = ${String(bias)}`,
  read(line) {
    const [, text = '', number = ''] = /^(.+?)\s*=\s*([+-]?[\d.]+)$/.exec(line) ?? [];
    const bias = Number(number);
    if (text === '' || number === '' || !Number.isFinite(bias)) return `“${line}” has no number. Write it as: word = 2`;
    return bias < -100 || bias > 100 ? `${number} is too much: from −100 to 100.` : { text: meant(text), bias };
  },
  most: 200,
};

export function readLines<T>(text: string, format: LineFormat<T>): Read<T> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > format.most) return { wrong: `At most ${String(format.most)} lines.` };
  const entries: T[] = [];
  for (const line of lines) {
    if (line.length > LONGEST) return { wrong: `“${line.slice(0, 20)}…” is too long: at most ${String(LONGEST)} characters.` };
    const entry = format.read(line);
    if (typeof entry === 'string' && !('wraps' in format)) return { wrong: entry };
    entries.push(entry as T);
  }
  return { entries };
}
