import { expect, test } from 'vitest';
import { fileName } from './file-name.ts';

test.each([
  ['The Key in the Rain', 'The Key in the Rain.md'],
  ['A/B: "C" <D> | E?*', 'A B C D E.md'],
  ['CON', '_CON.md'],
  ['nul.tar', '_nul.tar.md'],
  ['com¹', '_com¹.md'],
  ['...', 'Untitled.md'],
  ['', 'Untitled.md'],
  ['.hidden', 'hidden.md'],
  ['ends with dots... ', 'ends with dots.md'],
  ['..\\..\\etc\\passwd', 'etc passwd.md'],
  ['two\nlines\u202Eturned', 'two lines turned.md'],
  ['Cafe\u0301', 'Café.md'],
  ['half \uD83D of a pair', 'half \uFFFD of a pair.md'],
])('the file of “%s” is %s', (title, name) => {
  expect(fileName(title, 'md')).toBe(name);
});

test('a long title is cut where a character ends, and leaves room for an ending', () => {
  const name = fileName('👩‍👩‍👧 '.repeat(100), 'markdown');
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  expect(name).toMatch(/👧\.markdown$/u);
});
