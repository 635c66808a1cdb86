import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SAMPLING, type Sampling, STEPS } from '../../../../../shared/settings/sampling.ts';
import type { Candidates } from './token-candidates.ts';
import { seededRandom } from './random.ts';
import { type Distribution, normalised, references, softmax } from './references.ts';
import { FEW, Sampler } from './sampler.ts';
import { SEED, sizeOf } from '../../../../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const PLAIN: Sampling = { ...DEFAULT_SAMPLING, temperature: 1, minP: 0, repetitionPenalty: 1 };
/** Forty tokens with logits from 3 downwards, in steps that grow. */
const LOGITS: Distribution = new Map(
  Array.from({ length: 40 }, (_, token) => [token, 3 - 0.15 * token - 0.004 * token * token]),
);
const list: Candidates = {
  ids: Int32Array.from(LOGITS.keys()),
  logits: Float64Array.from(LOGITS.values()),
  outside: -Infinity,
  ceiling: Math.min(...LOGITS.values()),
  spread: deviation([...LOGITS.values()]),
};

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

interface Case {
  readonly set?: Partial<Sampling>;
  readonly history?: readonly number[];
  readonly bias?: ReadonlyMap<number, number>;
  readonly banned?: ReadonlySet<number>;
}

function draws(
  { set = {}, history = [], bias = new Map(), banned = new Set() }: Case,
  count: number,
  seed = 1,
): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const sampler = new Sampler({ ...PLAIN, ...set }, { history, bias, breakers: new Set() });
    const token = sampler.choose(list, banned, { xtc: random(), draw: random() });
    return typeof token === 'number' ? token : -1;
  });
}

/** Pearson's test; the bound is the 99.99 % quantile by Wilson and Hilferty, with rare tokens taken together. */
function expectDrawnFrom(expected: Distribution, tokens: readonly number[]): void {
  const seen = new Map<number, number>();
  for (const token of tokens) seen.set(token, (seen.get(token) ?? 0) + 1);
  for (const token of seen.keys()) expect(expected.has(token), `token ${token} may not come`).toBe(true);
  const cells: [number, number][] = [];
  let [restExpected, restSeen] = [0, 0];
  for (const [token, share] of expected) {
    const [want, got] = [share * tokens.length, seen.get(token) ?? 0];
    if (want >= 5) cells.push([want, got]);
    else {
      restExpected += want;
      restSeen += got;
    }
  }
  if (restExpected >= 5) cells.push([restExpected, restSeen]);
  const statistic = cells.reduce((sum, [want, got]) => sum + (got - want) ** 2 / want, 0);
  const freedom = Math.max(1, cells.length - 1);
  expect(statistic).toBeLessThan(freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3);
}

describe('10,000 draws have the distribution of the whole chain', () => {
  const top = (k: number, logits: Distribution): Distribution =>
    new Map([...logits].sort((a, b) => b[1] - a[1]).slice(0, k));
  const logsOf = (shares: Distribution): Distribution =>
    new Map([...shares].map(([token, share]) => [token, Math.log(share)]));
  const chains: readonly [string, Case, () => Distribution][] = [
    ['nothing on', {}, () => softmax(LOGITS)],
    [
      'the default: min-p, then temperature',
      { set: { temperature: 0.7, minP: 0.06 } },
      () => references.tempered(logsOf(references.minP(softmax(LOGITS), 0.06)), 0.7),
    ],
    [
      'top-k, typical, top-p, temperature',
      { set: { topK: 30, typicalP: 0.8, topP: 0.9, temperature: 1.4 } },
      () => references.tempered(logsOf(references.topP(references.typicalP(softmax(top(30, LOGITS)), 0.8), 0.9)), 1.4),
    ],
    [
      'temperature first, then top-p',
      { set: { topP: 0.6, temperature: 2, order: ['temperature', ...STEPS.slice(0, -1)] } },
      () => references.topP(references.tempered(LOGITS, 2), 0.6),
    ],
    [
      'penalties and tail-free',
      {
        set: { repetitionPenalty: 1.5, frequencyPenalty: 0.2, presencePenalty: 0.1, repetitionRange: 6, tailFree: 0.9 },
        history: [9, 0, 1, 1, 2, 30, 31],
      },
      () =>
        references.tailFree(
          softmax(
            references.penalties(LOGITS, [0, 1, 1, 2, 30, 31], { repetition: 1.5, frequency: 0.2, presence: 0.1 }),
          ),
          0.9,
        ),
    ],
    [
      'bias and ban',
      {
        bias: new Map([
          [20, 3],
          [0, -2],
        ]),
        banned: new Set([1, 2]),
      },
      () =>
        softmax(
          new Map(
            [...LOGITS]
              .filter(([token]) => token !== 1 && token !== 2)
              .map(([token, logit]) => [token, logit + (token === 20 ? 3 : token === 0 ? -2 : 0)]),
          ),
        ),
    ],
    [
      'DRY',
      { set: { dryStrength: 1, dryBase: 2, dryAllowed: 2 }, history: [5, 6, 7, 0, 9, 5, 6, 7] },
      () => softmax(new Map([...LOGITS].map(([token, logit]) => [token, token === 0 ? logit - 2 : logit]))),
    ],
    [
      'top-n-sigma at a high temperature',
      { set: { topNSigma: 0.8, temperature: 3, order: ['temperature', ...STEPS.slice(0, -1)] } },
      () => references.tempered(logsOf(references.topNSigma(LOGITS, 0.8)), 3),
    ],
    [
      'XTC half of the time',
      { set: { xtcProbability: 0.5, xtcThreshold: 0.05 } },
      () => {
        const [without, skipped] = [softmax(LOGITS), references.xtc(softmax(LOGITS), 0.05)];
        return normalised(new Map([...without].map(([token, share]) => [token, share + (skipped.get(token) ?? 0)])));
      },
    ],
    [
      'moving temperature',
      { set: { dynamicRange: 0.9, dynamicExponent: 2 } },
      () => references.dynamicTemperature(LOGITS, 1, 0.9, 2),
    ],
  ];
  test.each(chains)('%s', (_name, given, expected) => {
    expectDrawnFrom(expected(), draws(given, 10_000));
  });

  test('a wrong chain would be noticed', () => {
    expect(() => {
      expectDrawnFrom(references.tempered(LOGITS, 0.9), draws({}, 10_000));
    }).toThrow(/less than/);
  });
});

describe('any settings, in any order', () => {
  type Logits = Map<number, number>;
  const kept = (logits: Logits, shares: Distribution): Logits =>
    new Map([...logits].filter(([token]) => shares.has(token)));
  const times = (logits: Logits, factor: number): Logits =>
    new Map([...logits].map(([token, logit]) => [token, logit * factor]));
  const doubt = (logits: Logits): number =>
    [...softmax(logits).values()].reduce((total, share) => total - share * Math.log(share), 0) / Math.log(logits.size);

  /** The chain of the definitions; steps that thin out leave the logits of what they keep as they were. */
  function chain(set: Sampling, history: readonly number[], xtcHappens: boolean): Distribution {
    let logits: Logits = new Map(LOGITS);
    let spread = deviation([...LOGITS.values()]);
    const steps: Record<(typeof STEPS)[number], () => Logits> = {
      penalties: () =>
        references.penalties(logits, history.slice(-set.repetitionRange), {
          repetition: set.repetitionPenalty,
          frequency: set.frequencyPenalty,
          presence: set.presencePenalty,
        }),
      dry: () => {
        const lost = references.dry(
          history,
          { strength: set.dryStrength, base: set.dryBase, allowed: set.dryAllowed },
          new Set(),
        );
        return new Map([...logits].map(([token, logit]) => [token, logit - (lost.get(token) ?? 0)]));
      },
      topNSigma: () => {
        const most = Math.max(...logits.values());
        return new Map([...logits].filter(([, logit]) => logit >= most - set.topNSigma * spread));
      },
      topK: () => kept(logits, references.topK(softmax(logits), set.topK)),
      tailFree: () => kept(logits, references.tailFree(softmax(logits), set.tailFree)),
      typicalP: () => kept(logits, references.typicalP(softmax(logits), set.typicalP)),
      topP: () => kept(logits, references.topP(softmax(logits), set.topP)),
      minP: () => kept(logits, references.minP(softmax(logits), set.minP)),
      xtc: () => (xtcHappens ? kept(logits, references.xtc(softmax(logits), set.xtcThreshold)) : logits),
      temperature: () => {
        const [low, high] = [Math.max(0, set.temperature - set.dynamicRange), set.temperature + set.dynamicRange];
        const temperature =
          set.dynamicRange === 0 || logits.size < 2
            ? set.temperature
            : low + (high - low) * doubt(logits) ** set.dynamicExponent;
        spread /= Math.max(0.01, temperature);
        return times(logits, 1 / Math.max(0.01, temperature));
      },
    };
    for (const step of set.order) logits = steps[step]();
    return softmax(logits);
  }

  const tenths = (least: number, most: number) =>
    fc.integer({ min: least * 1000, max: most * 1000 }).map((value) => value / 1000 + 1e-7);
  const settings = fc.record({
    order: fc.shuffledSubarray([...STEPS], { minLength: STEPS.length }),
    temperature: tenths(0.3, 2),
    dynamicRange: fc.constantFrom(0, 0.4),
    dynamicExponent: tenths(0.5, 2),
    topK: fc.integer({ min: 3, max: 40 }),
    topP: tenths(0.5, 0.99),
    minP: tenths(0, 0.3),
    typicalP: tenths(0.5, 0.99),
    tailFree: tenths(0.8, 0.99),
    topNSigma: tenths(0.5, 3),
    xtcProbability: fc.constant(0.5),
    xtcThreshold: tenths(0.02, 0.2),
    dryStrength: tenths(0.1, 1),
    repetitionPenalty: tenths(1, 1.6),
    frequencyPenalty: tenths(0, 0.5),
    presencePenalty: tenths(0, 0.5),
    repetitionRange: fc.integer({ min: 1, max: 12 }),
  });

  test('draw from the chain of their definitions', () => {
    const DRAWS = 400;
    fc.assert(
      fc.property(
        settings,
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (changes, history, xtcHappens) => {
          const set = { ...PLAIN, ...changes };
          const sampler = new Sampler(set, { history, bias: new Map(), breakers: new Set() });
          const seen = new Map<number, number>();
          for (let draw = 0; draw < DRAWS; draw++) {
            const token = sampler.choose(list, new Set(), { xtc: xtcHappens ? 0 : 0.9, draw: (draw + 0.5) / DRAWS });
            if (typeof token === 'number') seen.set(token, (seen.get(token) ?? 0) + 1 / DRAWS);
          }
          const expected = chain(set, history, xtcHappens);
          for (const token of new Set([...seen.keys(), ...expected.keys()]))
            expect(Math.abs((seen.get(token) ?? 0) - (expected.get(token) ?? 0)), `token ${token}`).toBeLessThan(
              1.01 / DRAWS,
            );
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('a seed repeats its draws, another does not', () => {
  expect(draws({}, 200, 5)).toEqual(draws({}, 200, 5));
  expect(draws({}, 200, 5)).not.toEqual(draws({}, 200, 6));
});

test('temperature 0 takes the likeliest after penalties, bias and bans, whatever thins out the rest', () => {
  const only = (given: Case): number | undefined =>
    new Set(
      draws({ ...given, set: { temperature: 0, xtcProbability: 1, typicalP: 0.1, mirostatTau: 5, ...given.set } }, 20),
    )
      .values()
      .next().value;
  expect(only({})).toBe(0);
  expect(only({ banned: new Set([0, 1]) })).toBe(2);
  expect(only({ bias: new Map([[39, 40]]) })).toBe(39);
  expect(only({ set: { repetitionPenalty: 2 }, history: [0] })).toBe(1);
});

test('nothing comes where everything is banned', () => {
  expect(draws({ banned: new Set(LOGITS.keys()) }, 1)).toEqual([-1]);
});

test('typical sampling asks for the whole vocabulary where too much of it is unseen, also after a high temperature', () => {
  const choose = (outside: number, set: Partial<Sampling> = {}): unknown =>
    new Sampler({ ...PLAIN, typicalP: 0.2, ...set }, { history: [], bias: new Map(), breakers: new Set() }).choose(
      { ...list, outside },
      new Set(),
      { xtc: 0, draw: 0 },
    );
  const all = Math.log([...LOGITS.values()].reduce((sum, logit) => sum + Math.exp(logit), 0));
  expect(choose(all - 20)).toBeTypeOf('number');
  expect(choose(all + Math.log(0.05))).toBe('whole');
  const early = { order: ['temperature' as const, ...STEPS.slice(0, -1)] };
  expect(choose(all - 20, { ...early, temperature: 1.1 })).toBe('whole');
  expect(choose(all - 20, { ...early, temperature: 0.9 })).toBeTypeOf('number');
});

test('top-p asks for the whole vocabulary where what it keeps reaches beyond the list, or may', () => {
  const choose = (unseen: number, set: Partial<Sampling>): unknown => {
    const outside =
      Math.log([...LOGITS.values()].reduce((sum, logit) => sum + Math.exp(logit), 0)) + Math.log(unseen / (1 - unseen));
    return new Sampler({ ...PLAIN, topP: 0.9, ...set }, { history: [], bias: new Map(), breakers: new Set() }).choose(
      { ...list, outside },
      new Set(),
      { xtc: 0, draw: 0 },
    );
  };
  expect(choose(0.09, {})).toBeTypeOf('number');
  expect(choose(0.11, {})).toBe('whole');
  expect(choose(0.11, { topK: 20 })).toBeTypeOf('number');
  const early = ['temperature' as const, ...STEPS.slice(0, -1)];
  for (const temperature of [0.95, 1.4]) {
    expect(choose(0.05, { temperature, order: early })).toBe('whole');
    expect(choose(0.05, { temperature })).toBeTypeOf('number');
    expect(choose(0.05, { temperature, order: early, topK: 20 })).toBeTypeOf('number');
  }
});

describe('a list that is only the beginning of the vocabulary', () => {
  /** The likeliest of them are listed, and what the others weigh together is known. */
  function listed(count: number): Candidates {
    const weight = [...LOGITS.values()].slice(count).reduce((sum, logit) => sum + Math.exp(logit), 0);
    return {
      ...list,
      ids: list.ids.subarray(0, count),
      logits: list.logits.subarray(0, count),
      outside: Math.log(weight),
      ceiling: list.logits[count - 1] ?? 0,
    };
  }
  const NOWHERE = { history: [], bias: new Map(), breakers: new Set<number>() };
  /** What may come by many draws, from the list or, where that is asked for, from all. */
  const comes = (set: Partial<Sampling>, from: Candidates): number[] => {
    const random = seededRandom(7);
    const seen = new Set<number>();
    for (let n = 0; n < 400; n++) {
      const chances = { xtc: 0, draw: random() };
      const sampler = new Sampler({ ...PLAIN, ...set }, NOWHERE);
      const token = sampler.choose(from, new Set(), chances);
      seen.add(Number(token === 'whole' ? sampler.choose(list, new Set(), chances) : token));
    }
    return [...seen].sort((a, b) => a - b);
  };
  const shares = [...softmax(LOGITS).values()];

  test('XTC leaves out by the shares of all tokens, not of the listed ones', () => {
    for (let place = 1; place < 8; place++) {
      // Only among the listed ones does this token reach the threshold.
      const set = { xtcProbability: 1, xtcThreshold: (shares[place] ?? 0) * 1.0001 };
      expect(comes(set, listed(10))).toEqual(comes(set, list).filter((token) => token < 10));
    }
  });

  test('XTC asks for the whole vocabulary where others may reach the threshold, or their weight is not known', () => {
    const choose = (set: Partial<Sampling>, count: number, xtc = 0): unknown =>
      new Sampler({ ...PLAIN, xtcProbability: 0.5, ...set }, NOWHERE).choose(listed(count), new Set(), {
        xtc,
        draw: 0,
      });
    const threshold = (shares[9] ?? 0) * 0.9999;
    expect(choose({ xtcThreshold: threshold }, 10)).toBe('whole');
    expect(choose({ xtcThreshold: threshold }, 10, 0.6)).toBeTypeOf('number');
    expect(choose({ xtcThreshold: threshold }, 11)).toBeTypeOf('number');
    const early = ['temperature' as const, ...STEPS.slice(0, -1)];
    for (const temperature of [0.95, 1.4])
      expect(choose({ xtcThreshold: 0.2, order: early, temperature }, 10)).toBe('whole');
  });

  test('Mirostat bounds the surprise by the shares of all tokens, not of the listed ones', () => {
    for (let place = 1; place < 8; place++) {
      // This token surprises a little more than the first bound allows.
      const set = { mirostatTau: (-Math.log2(shares[place] ?? 1) * 0.9999) / 2 };
      expect(comes(set, list)).toEqual(Array.from({ length: place }, (_, token) => token));
      expect(comes(set, listed(10))).toEqual(comes(set, list));
    }
  });

  test('Mirostat asks for the whole vocabulary where it leaves more than is listed, or their weight is not known', () => {
    const choose = (set: Partial<Sampling>): unknown =>
      new Sampler({ ...PLAIN, ...set }, NOWHERE).choose(listed(10), new Set(), { xtc: 0, draw: 0 });
    expect(choose({ mirostatTau: (-Math.log2(shares[9] ?? 1) * 1.0001) / 2 })).toBe('whole');
    expect(choose({ mirostatTau: (-Math.log2(shares[9] ?? 1) * 0.9999) / 2 })).toBeTypeOf('number');
    for (const temperature of [0.95, 1.4]) expect(choose({ mirostatTau: 1, temperature })).toBe('whole');
  });
});

test('Mirostat holds the surprise of a long text where it was asked to be', () => {
  const flat: Candidates = {
    ids: Int32Array.from({ length: 400 }, (_, token) => token),
    logits: Float64Array.from({ length: 400 }, (_, token) => -Math.log(token + 1)),
    outside: -Infinity,
    ceiling: -Math.log(400),
    spread: 1,
  };
  const shares = softmax(new Map(flat.logits.entries()));
  for (const tau of [2, 3.5]) {
    const random = seededRandom(3);
    const sampler = new Sampler(
      { ...PLAIN, mirostatTau: tau, mirostatEta: 0.05, topK: 1 },
      { history: [], bias: new Map(), breakers: new Set() },
    );
    const surprises = Array.from({ length: 4000 }, () => {
      const token = sampler.choose(flat, new Set(), { xtc: random(), draw: random() });
      return -Math.log2(shares.get(Number(token)) ?? 0);
    }).slice(500);
    const mean = surprises.reduce((a, b) => a + b, 0) / surprises.length;
    // What is aimed at is the surprise among the words that were left, which is less than by the whole distribution.
    expect(mean).toBeGreaterThan(tau);
    expect(mean).toBeLessThan(tau + 1.6);
  }
});

describe('a list of few', () => {
  const MANY = 500;
  const VOCABULARY = 900;
  /** The likeliest tokens of these logits, and what the others weigh. */
  function listed(logits: readonly number[], count: number): Candidates {
    const order = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
    const ids = Int32Array.from(order.slice(0, count));
    const shown = Float64Array.from(ids, (id) => logits[id] ?? 0);
    const beyond = order.slice(count).reduce((sum, id) => sum + Math.exp(logits[id] ?? 0), 0);
    return { ids, logits: shown, outside: Math.log(beyond), ceiling: shown.at(-1) ?? 0, spread: 1 };
  }
  const words = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
  const anySet = fc.record({
    temperature: fc.constantFrom(0, 0.3, 0.7, 1, 1.8),
    minP: fc.constantFrom(0, 0.001, 0.06, 0.3),
    topK: fc.constantFrom(0, 1, 20, 32, 40, 200),
    topP: fc.constantFrom(1, 1, 0.9),
    xtcProbability: fc.constantFrom(0, 0.5),
    repetitionPenalty: fc.constantFrom(1, 1.05, 1.6),
    presencePenalty: fc.constantFrom(0, 0.4, -1.5),
    dryStrength: fc.constantFrom(0, 0.8),
    dynamicRange: fc.constantFrom(0, 0, 0.3),
    mirostatTau: fc.constantFrom(0, 0, 0, 3),
    order: fc.shuffledSubarray([...STEPS], { minLength: STEPS.length }),
  });

  test('says what a longer one says, or asks for that', () => {
    let [said, asked] = [0, 0];
    fc.assert(
      fc.property(
        anySet,
        words,
        fc.double({ min: 0.02, max: 4, noNaN: true }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
        (set, history, width, seed, banned) => {
          const random = seededRandom(seed);
          const logits = Array.from({ length: VOCABULARY }, () => width * Math.log(1 / (random() + 1e-9)) - 2);
          const chances = { xtc: random(), draw: random() };
          const choose = (count: number, areFew: boolean): number | string | null => {
            const sampler = new Sampler({ ...PLAIN, ...set }, { history, bias: new Map(), breakers: new Set() });
            if (areFew && !sampler.maySeeFew) return 'more';
            return sampler.choose(listed(logits, count), new Set(banned), chances, areFew);
          };
          const few = choose(FEW + banned.length, true);
          if (few === 'more') asked += 1;
          else {
            said += 1;
            expect(few).toBe(choose(MANY, false));
          }
        },
      ),
      { numRuns: sizeOf(2000, 100_000) },
    );
    expect(Math.min(said, asked)).toBeGreaterThan(100);
  });

  test('is enough for the usual settings wherever the model is not at a loss', () => {
    const sampler = new Sampler(DEFAULT_SAMPLING, { history: [1, 2, 3, 2, 1], bias: new Map(), breakers: new Set() });
    expect(sampler.maySeeFew).toBe(true);
    const sure = Array.from({ length: VOCABULARY }, (_, token) => 9 - Math.log(1 + token) * 2);
    expect(sampler.choose(listed(sure, FEW), new Set(), { xtc: 0.5, draw: 0.5 }, true)).toBeTypeOf('number');
    const lost = sure.map((_, token) => token / 1e6);
    expect(sampler.choose(listed(lost, FEW), new Set(), { xtc: 0.5, draw: 0.5 }, true)).toBe('more');
  });
});
