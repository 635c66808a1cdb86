import type { Inline } from './book.ts';

interface Run {
  readonly at: number;
  readonly length: number;
}

/**
 * The emphasis of a paragraph: `*slanted*`, `**bold**`, `***both***`, each beginning before a character and ending
 * behind one. Stars that begin or end nothing stand for themselves. Linear in the length of the text.
 */
export function readInlines(text: string): readonly Inline[] {
  const marks = pairs(text).toSorted((one, other) => one.at - other.at);
  const inlines: Inline[] = [];
  let [emphasis, strong, at] = [0, 0, 0];
  const take = (to: number): void => {
    if (to > at) inlines.push({ text: text.slice(at, to), emphasis: emphasis > 0, strong: strong > 0 });
  };
  for (const { at: from, length, step } of marks) {
    take(from);
    if (length !== 2) emphasis += step;
    if (length !== 1) strong += step;
    at = from + length;
  }
  take(text.length);
  return inlines;
}

/** The runs of stars that belong together, as what they begin (1) and end (-1). */
function pairs(text: string): readonly (Run & { readonly step: 1 | -1 })[] {
  const open: Run[] = [];
  const found: (Run & { readonly step: 1 | -1 })[] = [];
  for (const { 0: stars, index: at } of text.matchAll(/\*+/g)) {
    const { length } = stars;
    if (length > 3) continue;
    const begins = at + length < text.length && !/\s/.test(text[at + length] ?? '');
    const ends = at > 0 && !/\s/.test(text[at - 1] ?? '');
    const partner = ends ? open.findLastIndex((run) => run.length === length) : -1;
    if (partner !== -1) {
      const [begin] = open.splice(partner);
      if (begin !== undefined) found.push({ ...begin, step: 1 }, { at, length, step: -1 });
    } else if (begins) {
      // Only the last of each length can be ended.
      const older = open.findIndex((run) => run.length === length);
      if (older !== -1) open.splice(older, 1);
      open.push({ at, length });
    }
  }
  return found;
}
