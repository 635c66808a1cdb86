import type { Block, Book, Inline } from './book.ts';
import { escapeXml } from './xml-text.ts';

const STYLE = `
body { max-width: 34em; margin: 3em auto; padding: 0 1.2em; font: 1.1em/1.6 Georgia, "Times New Roman", serif; color: #24211d; background: #fdfcf9; }
h1, h2, .author { text-align: center; font-weight: normal; }
h2 { margin: 3em 0 1.5em; }
p { margin: 0; text-indent: 1.5em; }
h2 + p, hr + p { text-indent: 0; }
.note { margin: 1em 0; text-indent: 0; font-style: italic; color: #6b655c; }
.note em { font-style: normal; }
hr { width: 6em; margin: 2em auto; border: 0; border-top: 1px solid #b9b2a6; }
@media (prefers-color-scheme: dark) { body { color: #ddd8cf; background: #1b1a18; } .note { color: #a09a8f; } }
`;

/** One file with all that it needs; it asks nothing of the network. */
export function writeHtml({ title, author, chapters }: Book): string {
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>${author === null ? '' : `\n<meta name="author" content="${escapeXml(author)}">`}
<style>${STYLE}</style>
</head>
<body>
<h1 dir="auto">${escapeXml(title)}</h1>${author === null ? '' : `\n<p class="author" dir="auto">${escapeXml(author)}</p>`}
${chapters.map((chapter) => `<section>\n<h2 dir="auto">${escapeXml(chapter.title)}</h2>\n${writeBlocks(chapter.blocks)}\n</section>`).join('\n')}
</body>
</html>
`;
}

/** Blocks as both HTML and XHTML read them. */
export const writeBlocks = (blocks: readonly Block[]): string => blocks.map(writeBlock).join('\n');

function writeBlock(block: Block): string {
  if (block.kind === 'scene break') return '<hr/>';
  return `<p${block.of === 'note' ? ' class="note"' : ''} dir="auto">${block.inlines.map(writeInline).join('')}</p>`;
}

function writeInline({ text, emphasis, strong }: Inline): string {
  const inner = strong ? `<strong>${escapeXml(text)}</strong>` : escapeXml(text);
  return emphasis ? `<em>${inner}</em>` : inner;
}
