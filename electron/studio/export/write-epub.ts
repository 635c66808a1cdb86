import { strToU8, zipSync, type Zippable } from 'fflate';
import type { Book, BookChapter } from './book.ts';
import { writeBlocks } from './write-html.ts';
import { escapeXml } from './xml-text.ts';

const STYLE = `
h1, h2, .author { text-align: center; font-weight: normal; }
h1 { margin-top: 30%; }
h2 { margin: 2em 0 1.5em; }
p { margin: 0; text-indent: 1.5em; }
h2 + p, hr + p, .author { text-indent: 0; }
.note { margin: 1em 0; text-indent: 0; font-style: italic; }
.note em { font-style: normal; }
hr { width: 30%; margin: 2em auto; border: 0; border-top: 1px solid; }
`;

const CONTAINER = `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
`;

/** EPUB 3.2: a page with the title, a file for each chapter, and the list of them. */
export function writeEpub(book: Book): Uint8Array {
  const chapters = book.chapters.map((chapter, index) => ({ ...chapter, file: `chapter-${String(index + 1)}.xhtml` }));
  const files: Zippable = {
    // First and not compressed: this is how readers know the file.
    mimetype: [strToU8('application/epub+zip'), { level: 0 }],
    'META-INF/container.xml': strToU8(CONTAINER),
    'book/package.opf': strToU8(writePackage(book, chapters)),
    'book/nav.xhtml': strToU8(writeNav(book.title, chapters)),
    'book/style.css': strToU8(STYLE),
    'book/title.xhtml': strToU8(page(book.title, writeTitle(book))),
  };
  for (const { title, blocks, file } of chapters)
    files[`book/${file}`] = strToU8(page(title, `<h2 dir="auto">${escapeXml(title)}</h2>\n${writeBlocks(blocks)}`));
  return zipSync(files, { mtime: book.changedAt });
}

type ChapterFile = BookChapter & { readonly file: string };

function writePackage({ id, title, author, changedAt }: Book, chapters: readonly ChapterFile[]): string {
  const modified = new Date(changedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const item = (name: string, file: string, more = ''): string =>
    `<item id="${name}" href="${file}" media-type="application/xhtml+xml"${more}/>`;
  const names = ['title', ...chapters.map((_, index) => `chapter-${String(index + 1)}`)];
  return `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:${id}</dc:identifier>
<dc:title>${escapeXml(title)}</dc:title>${author === null ? '' : `\n<dc:creator>${escapeXml(author)}</dc:creator>`}
<dc:language>und</dc:language>
<meta property="dcterms:modified">${modified}</meta>
</metadata>
<manifest>
${item('nav', 'nav.xhtml', ' properties="nav"')}
<item id="style" href="style.css" media-type="text/css"/>
${names.map((name) => item(name, `${name}.xhtml`)).join('\n')}
</manifest>
<spine>
${names.map((name) => `<itemref idref="${name}"/>`).join('\n')}
</spine>
</package>
`;
}

function writeNav(title: string, chapters: readonly ChapterFile[]): string {
  const entries = chapters.map((chapter) => `<li><a href="${chapter.file}">${escapeXml(chapter.title)}</a></li>`);
  return page(title, `<nav epub:type="toc">\n<ol>\n${entries.join('\n')}\n</ol>\n</nav>`);
}

const writeTitle = ({ title, author }: Book): string =>
  `<h1 dir="auto">${escapeXml(title)}</h1>${author === null ? '' : `\n<p class="author" dir="auto">${escapeXml(author)}</p>`}`;

const page = (title: string, body: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head>
<title>${escapeXml(title)}</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
${body}
</body>
</html>
`;
