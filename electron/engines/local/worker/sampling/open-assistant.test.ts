import { expect, test } from 'vitest';
import { PRESETS, sampled } from '../../../../../shared/settings/presets.ts';
import { DEFAULT_SAMPLING } from '../../../../../shared/settings/sampling.ts';
import { SEED, sizeOf } from '../../../../../tests/helpers/sizes.ts';
import { seededRandom } from './random.ts';
import { Sampler } from './sampler.ts';
import type { Candidates } from './token-candidates.ts';

const VOCABULARY = 3000;
const LISTED = 500;
const END = 0;
const FEWEST = 4;

/** What the sets of the makers name; `topK` is 50 in the report where a set names none, as the library has it. */
interface Theirs {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly typicalP?: number;
  readonly fewest?: number;
}
const REPORT: Theirs = { topK: 50, fewest: FEWEST };
const SETS: Readonly<Record<string, Theirs | 'greedy'>> = {
  'oasst-typical2': { ...REPORT, typicalP: 0.2 },
  'oasst-typical3': { ...REPORT, typicalP: 0.3 },
  'oasst-nucleus9': { ...REPORT, topP: 0.9 },
  'oasst-k50': REPORT,
  'oasst-greedy': 'greedy',
  'oasst-demo-typical2': { temperature: 0.8, typicalP: 0.2 },
  'oasst-demo-nucleus9': { temperature: 0.8, topP: 0.9 },
  'oasst-demo-k50': { temperature: 0.75, topK: 50, topP: 0.95 },
  'oasst-k50-precise': { temperature: 0.1, topK: 50, topP: 0.95 },
  'oasst-k50-creative': { temperature: 0.85, topK: 50, topP: 0.95 },
};

/** The makers' chain over all scores, once more from its library's description: what is left to draw from. */
function theirChain(
  logits: Float64Array,
  history: readonly number[],
  set: Theirs | 'greedy',
  written: number,
): number[] {
  const scores = [...logits];
  for (const token of new Set(history)) {
    const score = scores[token] ?? 0;
    scores[token] = score < 0 ? score * 1.2 : score / 1.2;
  }
  const { temperature = 1, topK, topP, typicalP, fewest = 0 } = set === 'greedy' ? REPORT : set;
  if (written < fewest) scores[END] = -Infinity;
  let left = [...scores.keys()].filter((token) => scores[token] !== -Infinity);
  const score = (token: number): number => (scores[token] ?? 0) / temperature;
  const descending = (): number[] => left.sort((a, b) => score(b) - score(a));
  if (set === 'greedy') return descending().slice(0, 1);
  const shares = (): Map<number, number> => {
    const most = Math.max(...left.map(score));
    const total = left.reduce((sum, token) => sum + Math.exp(score(token) - most), 0);
    return new Map(left.map((token) => [token, Math.exp(score(token) - most) / total]));
  };
  if (topK !== undefined) left = descending().slice(0, topK);
  if (topP !== undefined) {
    // From the least likely on, what sums up to no more than the rest goes.
    const of = shares();
    let rest = 0;
    const ascending = descending().toReversed();
    left = ascending.filter(
      (token, place) => (rest += of.get(token) ?? 0) > 1 - topP || place === ascending.length - 1,
    );
  }
  if (typicalP !== undefined) {
    const of = shares();
    const log = (token: number): number => Math.log(of.get(token) ?? 0);
    const entropy = -[...of].reduce((sum, [, share]) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
    const oddness = new Map(left.map((token) => [token, Math.abs(-log(token) - entropy)]));
    left.sort((a, b) => (oddness.get(a) ?? 0) - (oddness.get(b) ?? 0));
    let mass = 0;
    const last = left.findIndex((token) => (mass += of.get(token) ?? 0) >= typicalP);
    left = left.slice(0, last < 0 ? left.length : last + 1);
  }
  return left;
}

function candidates(logits: Float64Array, count: number): Candidates {
  const order = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
  const rest = order.slice(count).reduce((sum, token) => sum + Math.exp(logits[token] ?? 0), 0);
  return {
    ids: Int32Array.from(order.slice(0, count)),
    logits: Float64Array.from(order.slice(0, count), (token) => logits[token] ?? 0),
    outside: Math.log(rest),
    ceiling: logits[order[count - 1] ?? 0] ?? 0,
    spread: 1,
  };
}

test('the chosen sets are those of the makers’ chain on the whole vocabulary, in every random distribution', () => {
  const random = seededRandom(SEED);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const presets = PRESETS.filter(({ source }) => source !== 'paphos');
  expect(presets.map(({ name }) => name)).toEqual(Object.keys(SETS));
  let [fast, whole, listedTypical] = [0, 0, 0];
  for (let run = 0; run < sizeOf(600, 3000); run++) {
    const preset = presets[run % presets.length] ?? pick(presets);
    const scale = pick([0.3, 1, 2, 3, 4, 6]);
    const outliers = pick([0, 0.2, 2]);
    const logits = Float64Array.from({ length: VOCABULARY }, () => scale * normal() + outliers * normal() ** 3);
    logits[END] = pick([-2, 5, 20]);
    const history = Array.from({ length: 30 }, () => Math.floor(random() * VOCABULARY));
    const written = Math.floor(random() * 8);
    const sampler = new Sampler(sampled(preset, DEFAULT_SAMPLING), { history, bias: new Map(), breakers: new Set() });
    const banned = new Set(written < sampled(preset, DEFAULT_SAMPLING).minTokens ? [END] : []);
    const chances = { xtc: random(), draw: random() };
    let left = sampler.left(candidates(logits, LISTED), banned, chances);
    if (left === 'whole') {
      whole++;
      left = sampler.left(candidates(logits, VOCABULARY), banned, chances);
    } else {
      fast++;
      if (preset.name === 'oasst-demo-typical2') listedTypical++;
    }
    const ours = left === null || typeof left === 'string' ? [] : [...left.ids];
    const theirs = theirChain(logits, history, SETS[preset.name] ?? REPORT, written);
    const sorted = (tokens: readonly number[]): number[] => tokens.toSorted((a, b) => a - b);
    expect(sorted(ours), `run ${run}, ${preset.name}, PAPHOS_SEED=${SEED}`).toEqual(sorted(theirs));
  }
  expect(fast, 'from the listed tokens').toBeGreaterThan(0);
  expect(whole, 'from the whole vocabulary').toBeGreaterThan(0);
  expect(listedTypical, 'typical ones from the listed tokens').toBeGreaterThan(0);
});
