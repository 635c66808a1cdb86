import type { Paragraph } from 'docx';
import type { Block, Book } from './book.ts';

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Twentieths of a point. */
const INDENT = 360;

/** Word: headings are headings, emphasis belongs to its words, and the look to styles that a writer can change. */
export async function writeDocx({ title, author, chapters }: Book): Promise<Uint8Array> {
  const { AlignmentType, Document, HeadingLevel, Packer, Paragraph: Line, TextRun } = await import('docx');

  const heading = (text: string, level: 'TITLE' | 'HEADING_1', pageBreakBefore = false): Paragraph =>
    new Line({
      heading: HeadingLevel[level],
      bidirectional: RIGHT_TO_LEFT.test(text),
      pageBreakBefore,
      children: [new TextRun({ text, rightToLeft: RIGHT_TO_LEFT.test(text) })],
    });

  function paragraph(block: Block): Paragraph {
    if (block.kind === 'scene break') return new Line({ style: 'SceneBreak', children: [new TextRun('* * *')] });
    const rightToLeft = RIGHT_TO_LEFT.test(block.inlines.map(({ text }) => text).join(''));
    return new Line({
      style: block.of === 'note' ? 'Note' : 'Story',
      bidirectional: rightToLeft,
      children: block.inlines.map(
        ({ text, emphasis, strong }) => new TextRun({ text, italics: emphasis, bold: strong, rightToLeft }),
      ),
    });
  }

  const byline = author === null ? [] : [new Line({ style: 'Author', children: [new TextRun(author)] })];
  const document = new Document({
    title,
    creator: author ?? '',
    lastModifiedBy: author ?? '',
    styles: {
      default: {
        document: { run: { font: 'Georgia', size: 24 }, paragraph: { spacing: { line: 320 } } },
        title: { run: { size: 48 }, paragraph: { alignment: AlignmentType.CENTER, spacing: { before: 3600 } } },
        heading1: { run: { size: 32 }, paragraph: { alignment: AlignmentType.CENTER, spacing: { after: 480 } } },
      },
      paragraphStyles: [
        { id: 'Story', name: 'Story', quickFormat: true, paragraph: { indent: { firstLine: INDENT } } },
        { id: 'Note', name: 'Note', quickFormat: true, paragraph: { indent: { left: INDENT, right: INDENT } } },
        { id: 'Author', name: 'Author', paragraph: { alignment: AlignmentType.CENTER } },
        {
          id: 'SceneBreak',
          name: 'Scene break',
          paragraph: { alignment: AlignmentType.CENTER, spacing: { before: 240, after: 240 } },
        },
      ],
    },
    sections: [
      {
        children: [
          heading(title, 'TITLE'),
          ...byline,
          ...chapters.flatMap((chapter) => [
            heading(chapter.title, 'HEADING_1', true),
            ...chapter.blocks.map(paragraph),
          ]),
        ],
      },
    ],
  });
  return new Uint8Array(await Packer.toArrayBuffer(document));
}
