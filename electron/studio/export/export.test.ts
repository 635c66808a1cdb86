import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import type { Op, Role } from '../../../shared/document/turn.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { readBook, type BookWish } from './read-book.ts';
import { writeBook } from './write-book.ts';
import type { ExportFormat } from '../../../shared/contract/export.ts';

let folder = '';
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-export-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** A story of one chapter with these turns. */
function story(title: string, turns: readonly (readonly [Role, string])[]): { storyId: string; ids: string[] } {
  const [storyId, chapterId, first] = [newId(), newId(), newId()];
  createStory(store.db, { id: storyId, title, chapterId, turnId: first });
  const ids = turns.map(() => newId());
  const ops = turns.map(([role, text], index): Op => ({
    op: 'insert',
    turn: { id: ids[index] ?? '', role, speaker: null, marked: true, text },
    after: ids[index - 1] ?? first,
    as: 'chain',
  }));
  applyChange(store.db, { changeId: newId(), chapterId, structureRev: 1, ops });
  return { storyId, ids };
}

const exported = async (format: ExportFormat, wish: Partial<BookWish> & { storyId: string }) => {
  const book = readBook(store.db, { chapterId: null, author: null, withPerson: true, withNotes: false, ...wish });
  const { bytes, replaced } = await writeBook(book, format);
  return { text: new TextDecoder().decode(bytes), replaced };
};

const TURNS = [
  ['system', 'A text adventure.'],
  ['user', 'I *try* the key.'],
  ['model', '<think>What could happen?</think>\nThe lock **turns**.\n\n***\n\n# 2 < 3 & _so_ on'],
] as const;

test('Markdown says what stands on the page, to whoever reads Markdown', async () => {
  const { storyId } = story('Key & *Rain*', TURNS);
  const { text } = await exported('markdown', { storyId, author: 'A. Writer', withNotes: true });
  expect(text).not.toContain('What could happen');
  const html = marked.parse(text, { async: false });
  expect(html).toContain('<h1>Key &amp; *Rain*</h1>');
  expect(html).toContain('<p><em>A. Writer</em></p>');
  expect(html).toContain('<h2>Chapter 1</h2>');
  expect(html).toMatch(/<blockquote>\s*<p>A text adventure\.<\/p>/);
  expect(html).toContain('<p>I <em>try</em> the key.</p>');
  expect(html).toContain('<p>The lock <strong>turns</strong>.</p>\n<hr>');
  expect(html).toContain('<p># 2 &lt; 3 &amp; _so_ on</p>');
});

test.each([
  '- a dash',
  '+ a plus',
  '1. a number',
  '12) a number',
  '> a quotation',
  '# a heading',
  '=== a rule',
  '    four spaces',
  '`code` and ~~struck~~ and [a link](http://x)',
  '<b>not bold</b> &amp; not an entity',
  'a \\ backslash \\* and a star * alone',
  '| a | table |',
  'http://example.org/a_b_c',
])('in Markdown, “%s” stands for itself', async (line) => {
  const { storyId } = story('Marks', [['model', line]]);
  const { text } = await exported('markdown', { storyId });
  const html = marked.parse(text, { async: false });
  const [, shown = ''] = /<h2>Chapter 1<\/h2>\s*<p>(.*?)<\/p>\s*$/s.exec(html) ?? [];
  const plain = shown
    .replaceAll(/<\/?a\b[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  expect(plain).toBe(line.trim());
});

test('plain text has the words alone; what the person says and the notes can stay away', async () => {
  const { storyId } = story('Key', TURNS);
  expect((await exported('text', { storyId, withPerson: false })).text).toBe(
    'Key\n\n\nChapter 1\n\nThe lock turns.\n\n* * *\n\n# 2 < 3 & _so_ on\n',
  );
  const all = (await exported('text', { storyId, withNotes: true, author: 'A. Writer' })).text;
  expect(all).toContain('Key\nA. Writer\n');
  expect(all).toContain('A text adventure.\n\nI try the key.');
});

test('HTML is one file that asks nothing of the network and runs nothing', async () => {
  const { storyId } = story('<script>alert(1)</script>', [['model', '<img src=x onerror=alert(1)> *slanted*']]);
  const { text } = await exported('html', { storyId, author: '"><script>' });
  expect(text).not.toMatch(/<script|<img|<link|https?:|@import|url\(/);
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; <em>slanted</em>');
});

test('characters that no file of the kind can hold are replaced and counted', async () => {
  const { storyId } = story('Bell\u0007', [['model', 'A \u0001 and \u000B and \uFFFE.']]);
  const { text, replaced } = await exported('html', { storyId });
  for (const character of ['\u0007', '\u000B', '\uFFFE']) expect(text).not.toContain(character);
  expect(replaced).toBe(4);
});

test('only the shown branch goes out', async () => {
  const { storyId, ids } = story('Branches', [
    ['user', 'Begin.'],
    ['model', 'One way.'],
  ]);
  const chapterId = String(store.db.sqlite.prepare('SELECT chapter_id FROM turns WHERE id = ?').pluck().get(ids[0]));
  const turn = { id: newId(), role: 'model', speaker: null, marked: true, text: 'Another way.' } as const;
  applyChange(store.db, {
    changeId: newId(),
    chapterId,
    structureRev: 2,
    ops: [{ op: 'insert', turn, after: ids[0] ?? null, as: 'alternate' }],
  });
  const { text } = await exported('text', { storyId });
  expect(text).toContain('Another way.');
  expect(text).not.toContain('One way.');
});
