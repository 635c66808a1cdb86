/** So many characters can be broken up, and with so many the whole page is slower; below, a part is left as it is. */
const BREAKABLE = 1600;
const VERY_LONG = 20_000;
const PART = 800;
const LEAST = 200;

export type ParagraphLength = 'usual' | 'breakable' | 'very long';

export const lengthOfParagraph = (characters: number): ParagraphLength =>
  characters >= VERY_LONG ? 'very long' : characters >= BREAKABLE ? 'breakable' : 'usual';

/** Where a paragraph may end: behind a sentence, else at a space. The white space is no part of either side. */
const BORDERS = [/(?<=[.!?…]["'”’»)\]*_]*)\s+|(?<=[。！？]["'”’」』]*)\s*(?=\S)/g, /\s+/g] as const;

/** Part of a paragraph, and where in it the part began. */
export interface ParagraphPart {
  readonly from: number;
  readonly text: string;
}

/** A long paragraph as several, of a page's third each, cut between sentences; nothing but white space is left out. */
export function brokenUp(paragraph: string): ParagraphPart[] {
  const parts: ParagraphPart[] = [];
  let from = 0;
  while (paragraph.length - from >= BREAKABLE) {
    const border = borderBehind(paragraph, from + PART);
    if (border === null) break;
    parts.push({ from, text: paragraph.slice(from, border.from) });
    from = border.to;
  }
  return [...parts, { from, text: paragraph.slice(from) }];
}

function borderBehind(paragraph: string, at: number): { readonly from: number; readonly to: number } | null {
  const near = paragraph.slice(0, Math.min(at + 2 * PART, paragraph.length - LEAST));
  for (const border of BORDERS) {
    border.lastIndex = at;
    const match = border.exec(near);
    if (match !== null) return { from: match.index, to: match.index + match[0].length };
  }
  return null;
}
