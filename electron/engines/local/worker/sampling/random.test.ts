import { describe, expect, test } from 'vitest';
import { seededRandom } from './random.ts';

describe('the generator', () => {
  test('repeats itself for a seed and differs for another', () => {
    const first = Array.from({ length: 50 }, seededRandom(7));
    expect(Array.from({ length: 50 }, seededRandom(7))).toEqual(first);
    expect(Array.from({ length: 50 }, seededRandom(8))).not.toEqual(first);
  });

  test('is uniform, for neighbouring seeds too', () => {
    const means = Array.from(
      { length: 100 },
      (_, seed) => Array.from({ length: 1000 }, seededRandom(seed)).reduce((sum, value) => sum + value, 0) / 1000,
    );
    expect(Math.abs(means.reduce((sum, mean) => sum + mean, 0) / 100 - 0.5)).toBeLessThan(0.005);
    const firsts = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed)());
    for (let tenth = 0; tenth < 10; tenth++) {
      expect(firsts.filter((value) => Math.floor(value * 10) === tenth).length).toBeGreaterThan(60);
    }
  });
});
