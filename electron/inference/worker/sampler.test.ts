import { describe, expect, test } from 'vitest';
import { choose, seededRandom } from './sampler.ts';

const candidates: [number, number][] = [[10, 0.5], [11, 0.25], [12, 0.15], [13, 0.1]];
const plain = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const nothing: ReadonlySet<number> = new Set();

function shares(sampling: typeof plain, banned = nothing, draws = 20_000): Record<number, number> {
  const random = seededRandom(42);
  const counts: Record<number, number> = {};
  for (let i = 0; i < draws; i++) {
    const token = choose(candidates, sampling, banned, random);
    if (token !== null) counts[token] = (counts[token] ?? 0) + 1 / draws;
  }
  return counts;
}

describe('the generator', () => {
  test('repeats itself for a seed and differs for another', () => {
    const first = Array.from({ length: 50 }, seededRandom(7));
    expect(Array.from({ length: 50 }, seededRandom(7))).toEqual(first);
    expect(Array.from({ length: 50 }, seededRandom(8))).not.toEqual(first);
  });

  test('is uniform, for neighbouring seeds too', () => {
    const means = Array.from({ length: 100 }, (_, seed) => Array.from({ length: 1000 }, seededRandom(seed)).reduce((sum, value) => sum + value, 0) / 1000);
    expect(Math.abs(means.reduce((sum, mean) => sum + mean, 0) / 100 - 0.5)).toBeLessThan(0.005);
    const firsts = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed)());
    for (let tenth = 0; tenth < 10; tenth++) {
      expect(firsts.filter((value) => Math.floor(value * 10) === tenth).length).toBeGreaterThan(60);
    }
  });
});

describe('choosing', () => {
  test('follows the probabilities at temperature 1', () => {
    const drawn = shares(plain);
    for (const [token, probability] of candidates) expect(drawn[token]).toBeCloseTo(probability, 1.7);
  });

  test('temperature 0 takes the likeliest, a low one nearly always, a high one levels', () => {
    expect(shares({ ...plain, temperature: 0 })).toEqual({ 10: expect.closeTo(1, 6) });
    expect(shares({ ...plain, temperature: 0.1 })[10]).toBeGreaterThan(0.99);
    const high = shares({ ...plain, temperature: 5 });
    // Weights are p^(1/5), normalised.
    const weights = candidates.map(([, probability]) => probability ** 0.2);
    const sum = weights.reduce((a, b) => a + b, 0);
    candidates.forEach(([token], index) => { expect(high[token]).toBeCloseTo((weights[index] ?? 0) / sum, 1.7); });
  });

  test('top-k, top-p and min-p leave out the unlikely', () => {
    expect(Object.keys(shares({ ...plain, topK: 2 }))).toEqual(['10', '11']);
    expect(Object.keys(shares({ ...plain, topP: 0.7 }))).toEqual(['10', '11']);
    expect(Object.keys(shares({ ...plain, topP: 0.76 }))).toEqual(['10', '11', '12']);
    expect(Object.keys(shares({ ...plain, minP: 0.3 }))).toEqual(['10', '11', '12']);
    expect(shares({ ...plain, topK: 2 })[10]).toBeCloseTo(2 / 3, 1.7);
  });

  test('a banned token is never chosen, and limits are relative to what is left', () => {
    expect(Object.keys(shares(plain, new Set([10])))).toEqual(['11', '12', '13']);
    expect(shares({ ...plain, temperature: 0 }, new Set([10, 11]))).toEqual({ 12: expect.closeTo(1, 6) });
    expect(Object.keys(shares({ ...plain, minP: 0.5 }, new Set([10])))).toEqual(['11', '12']);
    expect(choose(candidates, plain, new Set([10, 11, 12, 13]), () => 0.5)).toBeNull();
  });

  test('survives probabilities too small for their number type', () => {
    expect(choose([[1, 1], [2, 0], [3, 0]], plain, new Set([1]), () => 0.9)).toBe(2);
    expect(choose([[1, 0.9], [2, 0]], plain, nothing, () => 0.999999)).toBe(1);
  });
});
