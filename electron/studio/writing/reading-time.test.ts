import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { readingTime, type Reading } from './reading-time.ts';

/** A machine: a fixed cost, a cost of each token, a cost of looking back, and how much its times wander. */
function machine(seed: number, { fixed = 20, token = 3, depth = 0.002, noise = 0 } = {}) {
  const random = seededRandom(seed);
  const msOf = ({ read, reused }: Pick<Reading, 'read' | 'reused'>) =>
    (fixed + token * read + depth * read * (reused + read / 2)) * (1 + noise * (2 * random() - 1));
  const next = (): Pick<Reading, 'read' | 'reused'> =>
    random() < 0.15
      ? { read: 400 + Math.floor(random() * 1000), reused: 60 }
      : { read: 5 + Math.floor(random() * 150), reused: Math.floor(random() * 3000) };
  return {
    next,
    msOf,
    run: () => {
      const size = next();
      return { ...size, ms: msOf(size) };
    },
  };
}
const runs = (count: number, run: () => Reading) => Array.from({ length: count }, run);

/** The share of 200 forecasts, each from the 48 runs before it, that are within so much. */
function near(share: number, run: () => Reading): number {
  const all = runs(248, run);
  return (
    all
      .slice(48)
      .filter(
        (reading, index) =>
          Math.abs((readingTime(all.slice(index, index + 48), reading) ?? NaN) / reading.ms - 1) <= share,
      ).length / 200
  );
}

describe('the time of reading', () => {
  test('is not guessed before anything was read', () => {
    expect(readingTime([], { read: 100, reused: 0 })).toBeNull();
  });

  test('after one run is by the token', () => {
    expect(readingTime([{ read: 400, reused: 0, ms: 1200 }], { read: 100, reused: 0 })).toBeCloseTo(300, 0);
  });

  test('tells a fixed cost, the cost of a token and the cost of depth apart', () => {
    const { run, msOf } = machine(1);
    const before = runs(48, run);
    for (const size of [
      { read: 1, reused: 900 },
      { read: 60, reused: 3500 },
      { read: 4000, reused: 0 },
    ])
      expect((readingTime(before, size) ?? NaN) / msOf(size)).toBeCloseTo(1, 1);
  });

  test('is never negative and grows with what must be read, whatever was seen', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(seed);
      const before = runs(1 + Math.floor(random() * 6), () => ({
        read: 1 + Math.floor(random() * 900),
        reused: Math.floor(random() * 3000),
        ms: 5 + random() * 5000,
      }));
      const times = [1, 10, 100, 1000].map((read) => readingTime(before, { read, reused: 500 }) ?? NaN);
      expect(times.every((time) => time > 0)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('is within 30 % for nine of ten on a machine whose times wander by 25 %', () => {
    expect(near(0.3, machine(2, { noise: 0.25 }).run)).toBeGreaterThan(0.9);
  });

  test('is not misled by runs that something else slowed down', () => {
    const { run } = machine(3, { noise: 0.1 });
    const disturb = seededRandom(9);
    const before = runs(48, run).map((reading) => (disturb() < 0.15 ? { ...reading, ms: reading.ms * 5 } : reading));
    const { next, msOf } = machine(4);
    const misses = runs(50, () => {
      const size = next();
      return { ...size, ms: msOf(size) };
    }).map((reading) => Math.abs((readingTime(before, reading) ?? NaN) / reading.ms - 1));
    expect(misses.filter((miss) => miss <= 0.3).length).toBeGreaterThanOrEqual(45);
  });

  test('follows a machine that becomes half as fast within 30 replies', () => {
    const [fast, slow] = [machine(5), machine(6, { fixed: 40, token: 6, depth: 0.004 })];
    const before = [...runs(48, fast.run), ...runs(30, slow.run)].slice(-48);
    const size = { read: 200, reused: 1000 };
    expect((readingTime(before, size) ?? NaN) / slow.msOf(size)).toBeGreaterThan(0.8);
  });
});
