import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEED } from '../../tests/helpers/sizes.ts';
import { breakAgain } from './break-again.ts';

fc.configureGlobal({ seed: SEED });

const WIDTH = 40;

/** As a browser breaks: as many words as fit, a space at the end hangs, and a word that fits in no line is cut. */
function greedy(text: string): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const { 0: word, index } of text.matchAll(/\S+\s*|\s+/g)) {
    const end = index + word.length;
    if (index > start && index + word.trimEnd().length - start > WIDTH) {
      ends.push(index);
      start = index;
    }
    while (index + word.trimEnd().length - start > WIDTH) {
      start += WIDTH;
      ends.push(start);
    }
    if (end === text.length) ends.push(end);
  }
  return ends;
}

const word = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 45, maxLength: 130 }) },
);
const prose = (words: number) => fc.array(word, { maxLength: words }).map((all) => all.join(' '));

test('a text that was changed anywhere is broken as it would be anew', () => {
  fc.assert(
    fc.property(prose(400), prose(30), fc.nat(), fc.nat(60), (text, typed, place, taken) => {
      const at = place % (text.length + 1);
      const now = text.slice(0, at) + typed + text.slice(at + taken);
      fc.pre(text !== '' && now !== '');
      expect(breakAgain({ text, ends: greedy(text) }, now, greedy)).toEqual(greedy(now));
    }),
    { numRuns: 2000 },
  );
});

describe('how much is laid out', () => {
  const text = Array.from(
    { length: 20_000 },
    (_, n) => ['rain', 'harbour', 'lamp', 'pier', 'boathouse'][(n * 7) % 5],
  ).join(' ');
  test.each([0, 1, 60_000, 119_000, text.length])('of a text of 120,000 characters, for a letter at %i', (at) => {
    let laid = 0;
    breakAgain({ text, ends: greedy(text) }, `${text.slice(0, at)}x${text.slice(at)}`, (part) => {
      laid += part.length;
      return greedy(part);
    });
    expect(laid).toBeLessThan(3000);
  });
});
