import { expect, test } from 'vitest';
import { SEED, sizeOf } from '../../../../tests/helpers/sizes.ts';
import { longestMatch } from './longest-match.ts';
import { commonTokens } from './read-prompt.ts';
import { seededRandom } from './sampling/random.ts';

/** The same, plainly: every place, token by token. */
function plainly(wanted: readonly number[], text: readonly number[], from: number): { at: number; length: number } {
  let best = { at: from, length: 0 };
  for (let at = from; at < text.length; at++) {
    const length = commonTokens(wanted, text.slice(at));
    if (length > best.length) best = { at, length };
  }
  return best;
}

test(`finds what a plain search finds, in texts that repeat themselves, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const tokens = (most: number): number[] => {
    const alphabet = 1 + Math.floor(random() * 3);
    return Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * alphabet));
  };
  for (let round = 0; round < sizeOf(2000, 100_000); round++) {
    const [wanted, text] = [tokens(12), tokens(60)];
    const from = Math.floor(random() * (text.length + 1));
    expect(longestMatch(wanted, text, from), JSON.stringify({ wanted, text, from })).toEqual(
      plainly(wanted, text, from),
    );
  }
});

test('a text that says one thing all the time is searched as fast as any other', () => {
  const always = Array.from({ length: 400_000 }, () => 7);
  expect(longestMatch(always.slice(0, 200_000), always, 1)).toEqual({ at: 1, length: 200_000 });
  expect(longestMatch([...always.slice(0, 200_000), 8], always, 1)).toEqual({ at: 1, length: 200_000 });
});

test('what does not come is nowhere', () => {
  expect(longestMatch([1, 2], [3, 4, 3], 0)).toEqual({ at: 0, length: 0 });
  expect(longestMatch([], [1], 0).length).toBe(0);
  expect(longestMatch([1], [1], 1).length).toBe(0);
});
