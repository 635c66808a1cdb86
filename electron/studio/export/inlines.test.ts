import { describe, expect, test } from 'vitest';
import { readInlines } from './inlines.ts';

const shown = (text: string): string =>
  readInlines(text)
    .map(({ text: part, emphasis, strong }) => (strong ? `[${part}]` : part).replace(/.*/s, emphasis ? '/$&/' : '$&'))
    .join('');

describe('emphasis', () => {
  test.each([
    ['She *waved*.', 'She /waved/.'],
    ['**Loud** and ***louder***', '[Loud] and /[louder]/'],
    ['**bold with *slanted* in it**', '[bold with ]/[slanted]/[ in it]'],
    ['*slanted with **bold** in it*', '/slanted with //[bold]// in it/'],
    ['*a*b*c*', '/a/b/c/'],
  ])('of %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test.each([
    '2 * 3 * 4',
    'a * b',
    '*never closed',
    'closed* only',
    '****four****',
    '*',
    '**',
    '* a list',
    '_under_ and __under__',
    '',
  ])('is not in %s', (text) => {
    expect(shown(text)).toBe(text);
  });

  test('costs no more than the length of a paragraph of nothing but stars', () => {
    const stars = '*a **b ***c '.repeat(50_000);
    expect(
      readInlines(stars)
        .map(({ text }) => text)
        .join(''),
    ).toBe(stars);
  });
});
