import type { Block, Book, Inline } from './book.ts';

/** As CommonMark reads it: what a writer typed stands for itself, only our own marks are marks. */
export function writeMarkdown({ title, author, chapters }: Book): string {
  const head = [`# ${escapeInline(title)}`, ...(author === null ? [] : [`*${escapeInline(author)}*`])];
  const parts = chapters.flatMap((chapter) => [`## ${escapeInline(chapter.title)}`, ...chapter.blocks.map(writeBlock)]);
  return `${[...head, ...parts].join('\n\n')}\n`;
}

function writeBlock(block: Block): string {
  if (block.kind === 'scene break') return '* * *';
  const text = escapeStart(writeInlines(block.inlines));
  return block.of === 'note' ? `> ${text}` : text;
}

type Style = 'emphasis' | 'strong';
const MARKS: Record<Style, string> = { emphasis: '*', strong: '**' };

/** Emphasis within emphasis is opened by what lasts longer, and closed the other way round. */
function writeInlines(inlines: readonly Inline[]): string {
  const open: Style[] = [];
  let out = '';
  const lasts = (style: Style, from: number): number => {
    const end = inlines.findIndex((inline, index) => index >= from && !inline[style]);
    return end === -1 ? inlines.length : end;
  };
  inlines.forEach((inline, index) => {
    while (open.some((style) => !inline[style])) out += MARKS[open.pop() ?? 'emphasis'];
    const begins = (['emphasis', 'strong'] as const)
      .filter((style) => inline[style] && !open.includes(style))
      .toSorted((one, other) => lasts(other, index) - lasts(one, index));
    for (const style of begins) {
      open.push(style);
      out += MARKS[style];
    }
    out += escapeInline(inline.text);
  });
  return (
    out +
    open
      .toReversed()
      .map((style) => MARKS[style])
      .join('')
  );
}

/** An underscore within a word is none, and a backslash there would become part of an address. */
const escapeInline = (text: string): string =>
  text.replaceAll(/[\\`*[\]<>&~|$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
/** What would begin a heading, a quotation, a list, a rule or a line below a heading. */
const escapeStart = (line: string): string =>
  line.replace(/^([#+=-])/, '\\$1').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
