import { wholeCharacter } from '../../text/utf8.ts';

/** How far behind the wished place a border is looked for, as a share of what is kept. */
const REACH = 0.4;
const BORDERS = [/\n[ \t]*\n\s*/g, /\n\s*/g, /[.!?…]["'”’»)\]*_]*\s+|[。！？]["'”’」』]*/g, /\s+/g] as const;

/**
 * The first border at or behind `from`: a paragraph's start, else a sentence's, else a word's, else any whole
 * character.
 */
export function borderAfter(text: string, from: number): number {
  if (from <= 0) return 0;
  const reach = from + Math.floor((text.length - from) * REACH);
  const start = Math.max(0, from - 2);
  const near = text.slice(start, reach);
  for (const border of BORDERS) {
    for (const match of near.matchAll(border)) {
      const end = start + match.index + match[0].length;
      // A match that runs up to the end of what was looked at may go on behind it.
      if (end >= from && end < reach) return end;
    }
  }
  return wholeCharacter(text, from);
}
