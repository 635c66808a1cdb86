import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEED } from '../../tests/helpers/sizes.ts';
import { brokenUp } from './paragraphs.ts';

fc.configureGlobal({ seed: SEED });

const sentence = (n: number): string => `The ${n}th bell rang over the harbour, and nobody came. `;
const prose = Array.from({ length: 400 }, (_, n) => sentence(n))
  .join('')
  .trimEnd();

test('a long paragraph is broken between its sentences, into parts of much the same length', () => {
  const parts = brokenUp(prose);
  expect(parts.length).toBeGreaterThan(20);
  for (const { text } of parts) {
    expect(text).toMatch(/^The .*\.$/);
    expect(text.length).toBeLessThan(1600);
  }
  expect(parts.map(({ text }) => text).join(' ')).toBe(prose);
  for (const { from, text } of parts) expect(prose.slice(from, from + text.length)).toBe(text);
});

test('without sentences it is broken at words, and between the sentences of other scripts', () => {
  expect(brokenUp('word '.repeat(2000).trimEnd()).every(({ text }) => text.length < 1600)).toBe(true);
  expect(brokenUp('鐘が鳴った。'.repeat(1000)).every(({ text }) => text.endsWith('。'))).toBe(true);
  expect(brokenUp('x'.repeat(5000))).toHaveLength(1);
});

test('a paragraph of the usual length stays as it is, and nothing but white space is lost of any', () => {
  expect(brokenUp(prose.slice(0, 1500))).toHaveLength(1);
  const text = fc.array(fc.constantFrom('Rain. ', 'a ', '!” ', '…', 'x'.repeat(90), '  ', '。', '<|user|> '), {
    maxLength: 900,
  });
  fc.assert(
    fc.property(text, (pieces) => {
      const paragraph = pieces.join('');
      const parts = brokenUp(paragraph);
      const solid = (one: string): string => one.replace(/\s/g, '');
      expect(solid(parts.map((part) => part.text).join(''))).toBe(solid(paragraph));
      if (parts.length > 1) for (const part of parts) expect(part.text.length).toBeGreaterThanOrEqual(200);
    }),
    { numRuns: 300 },
  );
});
