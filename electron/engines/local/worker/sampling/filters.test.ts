import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidates, probabilitiesOf } from './token-candidates.ts';
import { repeatPenalties, withoutRepeats } from './dry.ts';
import { minP, tailFree, topK, topNSigma, topP, typicalP, xtc } from './filters.ts';
import { penalised, RecentCounts } from './penalties.ts';
import { type Distribution, references, softmax } from './references.ts';
import { dynamicTemperature, tempered } from './temperature.ts';
import { SEED } from '../../../../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

/** Logits by token, no two the same, so that orders are not a matter of taste. */
const logits = fc
  .uniqueArray(fc.integer({ min: -8000, max: 8000 }), { minLength: 1, maxLength: 60 })
  .map((values): Distribution => new Map(values.map((value, token) => [token, value / 1000])));
const share = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);

function listOf(distribution: Distribution): Candidates {
  const order = [...distribution].sort((a, b) => b[1] - a[1]);
  const values = order.map(([, logit]) => logit);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return {
    ids: Int32Array.from(order, ([token]) => token),
    logits: Float64Array.from(values),
    outside: -Infinity,
    ceiling: values.at(-1) ?? 0,
    spread: Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length),
  };
}

function expectSame(list: Candidates, reference: Distribution): void {
  expect([...list.ids].sort((a, b) => a - b)).toEqual([...reference.keys()].sort((a, b) => a - b));
  const shares = probabilitiesOf(list);
  for (const [place, token] of list.ids.entries()) expect(shares[place]).toBeCloseTo(reference.get(token) ?? 0, 10);
  for (let place = 1; place < list.ids.length; place++)
    expect(list.logits[place]).toBeLessThanOrEqual(list.logits[place - 1] ?? 0);
}

const struck = (probability: number, threshold: number, spared: readonly number[] = []) => ({
  probability,
  threshold,
  spared: new Set(spared),
});

/** A sum that is exactly the goal in theory may miss it by a rounding: such cases say nothing. */
const clear = (shares: Distribution, goal: number): boolean => {
  const values = [...shares.values()].sort((a, b) => b - a);
  let reached = 0;
  return values.every((value) => Math.abs((reached += value) - goal) > 1e-9);
};

describe('what thins out candidates does as its definition says', () => {
  const cases: readonly [
    string,
    (list: Candidates, p: number) => Candidates,
    (distribution: Distribution, p: number) => Distribution,
  ][] = [
    ['top-p', topP, (d, p) => references.topP(softmax(d), p)],
    ['min-p', minP, (d, p) => references.minP(softmax(d), p)],
    ['typical-p', typicalP, (d, p) => references.typicalP(softmax(d), p)],
    ['tail-free', tailFree, (d, p) => references.tailFree(softmax(d), p)],
    ['top-n-sigma', (list, p) => topNSigma(list, 3 * p), (d, p) => references.topNSigma(d, 3 * p)],
    ['xtc', (list, p) => xtc(list, struck(1, p / 2), 0.5), (d, p) => references.xtc(softmax(d), p / 2)],
    ['top-k', (list, p) => topK(list, Math.ceil(p * 20)), (d, p) => references.topK(softmax(d), Math.ceil(p * 20))],
    ['temperature', (list, p) => tempered(list, 3 * p), (d, p) => references.tempered(d, 3 * p)],
  ];
  test.each(cases)('%s', (_name, ours, reference) => {
    fc.assert(
      fc.property(logits, share, (distribution, p) => {
        fc.pre(clear(softmax(distribution), p));
        expectSame(ours(listOf(distribution), p), reference(distribution, p));
      }),
      { numRuns: 2000 },
    );
  });

  test('the moving temperature', () => {
    fc.assert(
      fc.property(
        logits.filter((d) => d.size > 1),
        share,
        share,
        (distribution, range, exponent) => {
          const list = listOf(distribution);
          expectSame(
            tempered(list, dynamicTemperature(list, 1, range, 3 * exponent)),
            references.dynamicTemperature(distribution, 1, range, 3 * exponent),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('at least one candidate is always left, however strict the setting', () => {
    fc.assert(
      fc.property(logits, (distribution) => {
        const list = listOf(distribution);
        for (const strict of [
          topP(list, 0.01),
          minP(list, 1),
          typicalP(list, 0.01),
          tailFree(list, 0.01),
          topNSigma(list, 0.001),
          xtc(list, struck(1, 0), 0),
          topK(list, 1),
        ])
          expect(strict.ids.length).toBeGreaterThan(0);
      }),
    );
  });

  test('top-p counts what the tokens outside the list weigh', () => {
    const list = {
      ...listOf(
        new Map([
          [1, Math.log(0.5)],
          [2, Math.log(0.2)],
        ]),
      ),
      outside: Math.log(0.3),
    };
    expect([...topP(list, 0.45).ids]).toEqual([1]);
    expect([...topP(list, 0.55).ids]).toEqual([1, 2]);
    expect([...topP({ ...list, outside: -Infinity }, 0.7).ids]).toEqual([1]);
  });

  test('XTC only strikes when its chance comes', () => {
    const list = listOf(
      new Map([
        [1, 2],
        [2, 1.9],
        [3, -3],
      ]),
    );
    expect([...xtc(list, struck(0.4, 0.1), 0.39).ids]).toEqual([2, 3]);
    expect([...xtc(list, struck(0.4, 0.1), 0.4).ids]).toEqual([1, 2, 3]);
  });

  test('XTC leaves all as it is where the end or a new line is among what it would strike, and only there', () => {
    const list = listOf(
      new Map([
        [1, 2],
        [2, 1.9],
        [3, 1.8],
        [4, -3],
      ]),
    );
    expect([...xtc(list, struck(1, 0.1), 0).ids]).toEqual([3, 4]);
    for (const spared of [1, 2, 3]) expect(xtc(list, struck(1, 0.1, [spared]), 0)).toBe(list);
    expect([...xtc(list, struck(1, 0.1, [4, 5]), 0).ids]).toEqual([3, 4]);
  });
});

describe('against repetition', () => {
  const texts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 });

  test('repetition, frequency and presence penalties, over their range only', () => {
    const strengths = fc.record({
      repetition: fc.constantFrom(1, 1.3, 2),
      frequency: fc.constantFrom(-0.5, 0, 0.7),
      presence: fc.constantFrom(-0.4, 0, 0.9),
    });
    fc.assert(
      fc.property(logits, texts, fc.integer({ min: 1, max: 70 }), strengths, (distribution, text, range, set) => {
        const ours = penalised(listOf(distribution), new RecentCounts(text, range).follow().counts, set);
        expectSame(ours, softmax(references.penalties(distribution, text.slice(-range), set)));
      }),
    );
  });

  test('DRY, with sequence breakers', () => {
    const set = { strength: 0.8, base: 1.75, allowed: 2 };
    fc.assert(
      fc.property(texts, fc.subarray([0, 1, 2, 3, 4, 5]), fc.integer({ min: 1, max: 4 }), (text, breakers, allowed) => {
        const breaks = new Set(breakers.slice(0, 2));
        const ours = repeatPenalties(text, breaks, { ...set, allowed, range: 0 });
        const reference = references.dry(text, { ...set, allowed }, breaks);
        expect(new Set(ours.keys())).toEqual(new Set(reference.keys()));
        for (const [token, penalty] of reference) expect(ours.get(token)).toBeCloseTo(penalty, 6);
      }),
      { numRuns: 5000 },
    );
    expect([
      ...withoutRepeats(
        listOf(
          new Map([
            [7, 2],
            [8, 1.9],
          ]),
        ),
        new Map([[7, 0.8]]),
      ).ids,
    ]).toEqual([8, 7]);
  });

  test('DRY over a range is DRY over that end of the text', () => {
    const set = { strength: 1, base: 1.5, allowed: 1 };
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, range) => {
        const ours = repeatPenalties(text, new Set(), { ...set, range });
        const reference = references.dry(text.slice(-range), set, new Set());
        expect(ours).toEqual(reference);
      }),
    );
  });

  test('DRY looks at each token a few times, however often a text repeats one', () => {
    let looks = 0;
    const text = new Proxy(
      Array.from({ length: 30_000 }, () => 7),
      {
        get(tokens, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
          return Reflect.get(tokens, key) as unknown;
        },
      },
    );
    const penalties = repeatPenalties(text, new Set(), { strength: 1, base: 1.5, allowed: 2, range: 0 });
    expect(penalties.get(7)).toBeCloseTo(1.5 ** 100, -10);
    expect(looks).toBeLessThan(10 * text.length);
  });

  test('the counts follow a text that grows and is taken back', () => {
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(-1), fc.constant(-3)), { maxLength: 40 }),
        (start, acts) => {
          const text = [...start];
          const counts = new RecentCounts(text, 10);
          for (const act of acts) {
            counts.follow();
            if (act >= 0) text.push(act);
            else {
              text.length = Math.max(1, text.length + act);
              counts.follow();
            }
          }
          expect(counts.follow().counts).toEqual(new RecentCounts([...text], 10).follow().counts);
        },
      ),
    );
  });
});
