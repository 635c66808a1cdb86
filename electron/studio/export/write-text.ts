import type { Block, Book } from './book.ts';

/** Plain text: chapters and scenes are told by their spacing, emphasis is left out. */
export function writeText({ title, author, chapters }: Book): string {
  const head = [title, ...(author === null ? [] : [author])].join('\n');
  const parts = chapters.map((chapter) => [chapter.title, ...chapter.blocks.map(writeBlock)].join('\n\n'));
  return `${[head, ...parts].join('\n\n\n')}\n`;
}

const writeBlock = (block: Block): string =>
  block.kind === 'scene break' ? '* * *' : block.inlines.map(({ text }) => text).join('');
