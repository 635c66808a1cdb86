import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import mammoth from 'mammoth';
import { expect, test } from 'vitest';
import type { Block, Book } from './book.ts';
import { readBlocks } from './read-book.ts';
import { writeBook } from './write-book.ts';
import { writeBlocks } from './write-html.ts';
import { escapeXml } from './xml-text.ts';

const CHAPTERS = [
  [
    'One & <two>',
    '“I *know*,” she said.\n\n  ***bold and slanted*** & <b>not</b> \n***\nA \u0007 bell, and  two spaces. 👩‍👩‍👧',
  ],
  ['שני', 'הוא *הלך* הביתה.\n**Loud *and slanted* here** – end'],
  ['Empty', ''],
] as const;

const BOOK: Book = {
  id: '01936f3e-0000-7000-8000-000000000001',
  changedAt: Date.UTC(2026, 10, 28, 4, 30),
  title: 'The Key & the "Rain"',
  author: 'A. <Writer>',
  chapters: CHAPTERS.map(([title, text]) => ({
    title,
    blocks: [...readBlocks(text, 'story'), ...readBlocks(text === '' ? '' : 'A *note*.', 'note')],
  })),
};

const held = (text: string): string => text.replaceAll('\u0007', '\uFFFD');
/** Without what only says how it looks. */
const bare = (html: string): string => html.replaceAll(/ (dir|class|id)="[^"]*"/g, '').replaceAll(/\s*\n\s*/g, '');
const html = (blocks: readonly Block[]): string => held(bare(writeBlocks(blocks)));

/** The same for readers that nest their marks the other way round: text by text, how it looks. */
function looks(markup: string): string {
  const [depth, runs] = [new Map<string, number>(), [] as { look: string; text: string }[]];
  for (const [, end, tag, text = ''] of markup.matchAll(/<(\/?)(em|strong)>|((?:<(?!\/?(?:em|strong)>)|[^<])+)/g)) {
    if (tag !== undefined) depth.set(tag, (depth.get(tag) ?? 0) + (end === '/' ? -1 : 1));
    const look = ['em', 'strong'].filter((one) => (depth.get(one) ?? 0) > 0).join(' ');
    if (text !== '' && runs.at(-1)?.look !== look) runs.push({ look, text: '' });
    const last = runs.at(-1);
    if (last !== undefined) last.text += text.replaceAll('&quot;', '"');
  }
  return runs.map(({ look, text }) => `[${look}] ${text}`).join('\n');
}

/** Debian's epubcheck is a Java archive. */
const EPUBCHECK = '/usr/share/java/epubcheck.jar';
/** Its machine starts quicker than it would compute. */
const QUICK = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
function hasEpubcheck(): boolean {
  const { stdout } = spawnSync('java', ['-jar', EPUBCHECK, '--version'], { encoding: 'utf8' });
  const there = /EPUBCheck v/.test(stdout ?? '');
  if (!there) console.warn('SKIPPED: epubcheck is not installed. On Debian: apt-get install epubcheck');
  return there;
}

test('Word’s file is read by another reader with the same text, chapters and emphasis', async () => {
  const { bytes, replaced } = await writeBook(BOOK, 'docx');
  expect(replaced).toBe(1);
  const { value, messages } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    {
      styleMap: ["p[style-name='Title'] => h1", "p[style-name='Heading 1'] => h2", "p[style-name='Scene break'] => hr"],
      ignoreEmptyParagraphs: false,
    },
  );
  expect(messages.filter(({ message }) => !/style/.test(message))).toEqual([]);
  const read = value.replaceAll(/<a id="[^"]*"><\/a>/g, '').replaceAll(/<hr>.*?<\/hr>|<hr ?\/?>(\* \* \*)?/g, '<hr/>');
  const expected = [
    `<h1>${escapeXml(BOOK.title)}</h1><p>${escapeXml(BOOK.author ?? '')}</p>`,
    ...BOOK.chapters.map(({ title, blocks }) => `<h2>${escapeXml(title)}</h2>${html(blocks)}`),
  ];
  expect(looks(read)).toBe(looks(expected.join('')));
});

test('the parts of an e-book hold the same text, chapters and emphasis, in order', async () => {
  const { bytes } = await writeBook(BOOK, 'epub');
  const files = unzipSync(bytes);
  expect(Object.keys(files)[0]).toBe('mimetype');
  expect(strFromU8(bytes.subarray(30, 58))).toBe('mimetypeapplication/epub+zip');
  const body = (file: string): string =>
    /<body>(.*)<\/body>/s.exec(strFromU8(files[`book/${file}`] ?? new Uint8Array()))?.[1] ?? '';
  expect(bare(body('title.xhtml'))).toBe(`<h1>${escapeXml(BOOK.title)}</h1><p>${escapeXml(BOOK.author ?? '')}</p>`);
  const listed = [...body('nav.xhtml').matchAll(/<a href="(.*?)">(.*?)<\/a>/g)];
  expect(listed.map(([, , title]) => title)).toEqual(BOOK.chapters.map(({ title }) => escapeXml(title)));
  for (const [index, { title, blocks }] of BOOK.chapters.entries())
    expect(bare(body(listed[index]?.[1] ?? ''))).toBe(`<h2>${escapeXml(title)}</h2>${html(blocks)}`);
});

test.runIf(hasEpubcheck())(
  'epubcheck finds nothing wrong with an e-book',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paphos-epub-'));
    try {
      const file = join(folder, 'book.epub');
      writeFileSync(file, (await writeBook(BOOK, 'epub')).bytes);
      const said = execFileSync('java', [...QUICK, '-jar', EPUBCHECK, '--failonwarnings', file], { encoding: 'utf8' });
      expect(said).toMatch(/No errors or warnings detected/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
