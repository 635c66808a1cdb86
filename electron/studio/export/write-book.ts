import type { ExportFormat } from '../../../shared/contract/export.ts';
import type { Book } from './book.ts';
import { writeDocx } from './write-docx.ts';
import { writeEpub } from './write-epub.ts';
import { writeHtml } from './write-html.ts';
import { writeMarkdown } from './write-markdown.ts';
import { writeText } from './write-text.ts';
import { xmlText } from './xml-text.ts';

type Writer = (book: Book) => string | Uint8Array | Promise<Uint8Array>;

const WRITERS: Record<ExportFormat, Writer> = {
  markdown: writeMarkdown,
  text: writeText,
  html: writeHtml,
  epub: writeEpub,
  docx: writeDocx,
};

/** A book as a file. `replaced`: so many characters that such a file cannot hold became U+FFFD. */
export interface WrittenBook {
  readonly bytes: Uint8Array;
  readonly replaced: number;
}

export async function writeBook(book: Book, format: ExportFormat): Promise<WrittenBook> {
  const { book: held, replaced } = holdable(book);
  const written = await WRITERS[format](held);
  return { bytes: typeof written === 'string' ? new TextEncoder().encode(written) : written, replaced };
}

/** Every text of a book as all formats can hold it. */
function holdable(book: Book): { readonly book: Book; readonly replaced: number } {
  let replaced = 0;
  const hold = (text: string): string => {
    const held = xmlText(text);
    replaced += held.replaced;
    return held.text;
  };
  const chapters = book.chapters.map(({ title, blocks }) => ({
    title: hold(title),
    blocks: blocks.map((block) =>
      block.kind === 'scene break'
        ? block
        : { ...block, inlines: block.inlines.map((inline) => ({ ...inline, text: hold(inline.text) })) },
    ),
  }));
  const author = book.author === null ? null : hold(book.author);
  return { book: { ...book, title: hold(book.title), author, chapters }, replaced };
}
