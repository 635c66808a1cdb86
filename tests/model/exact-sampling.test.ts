import { afterEach, describe, expect, test } from 'vitest';
import type { Task } from '../../electron/engines/local/worker/task.ts';
import { choosingBy, nextTokens } from '../../electron/engines/local/worker/next-tokens.ts';
import { openModel, type OpenModel } from '../../electron/engines/local/worker/open-model.ts';
import { sum, weightsOf } from '../../electron/engines/local/worker/sampling/token-candidates.ts';
import type { Choice } from '../../electron/engines/local/worker/sampling/choice.ts';
import { Logits } from '../../electron/engines/local/worker/sampling/logits.ts';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { type Distribution, references, softmax } from '../../electron/engines/local/worker/sampling/references.ts';
import { formatByName, FORMATS } from '../../shared/prompt/formats/formats.ts';
import { planPrompt } from '../../shared/prompt/plan/plan.ts';
import { sparedTokens } from '../../electron/engines/local/worker/sampling/spared-tokens.ts';
import { DEFAULT_SAMPLING, type Sampling, STEPS } from '../../shared/settings/sampling.ts';
import { bigramLogProbability, makeModel } from '../helpers/model-maker.ts';

const opened: OpenModel[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((open) => open.dispose()));
});

async function open(path: string): Promise<OpenModel> {
  const model = await openModel({ path, contextSize: 4096, threads: 1, gpu: false }, () => undefined);
  opened.push(model);
  return model;
}

const PROSE =
  formatByName('prose') ??
  (() => {
    throw new Error('no prose');
  })();
const RECIPE = { kind: 'bigram', architecture: 'llama' } as const;
const PROMPT = [72, 105];

async function written(
  model: OpenModel,
  changes: Partial<Sampling & { seed: number }>,
  limit: number,
): Promise<Choice[]> {
  const sequence = await model.branches.take(PROMPT, { cold: true });
  const task: Task = {
    ...(await choosingBy(
      { ...DEFAULT_SAMPLING, temperature: 1, minP: 0, repetitionPenalty: 1, candidates: 0, seed: 11, ...changes },
      { finals: new Set(), format: PROSE },
      model,
    )),
    end: PROMPT.length + limit,
    signal: new AbortController().signal,
    least: 0,
    heldBack: [],
    began: () => undefined,
  };
  const choices: Choice[] = [];
  for await (const choice of nextTokens({ sequence, vocabulary: model.vocabulary }, [...PROMPT], task)) {
    choices.push(choice);
    if (choices.length === limit) break;
  }
  return choices;
}

describe('on a model whose every probability is known', () => {
  const known = bigramLogProbability(RECIPE);
  const row = (before: number): Distribution =>
    new Map(Array.from({ length: 260 }, (_, token) => [token, known(before, token)]));

  test('the recorded probabilities are the model’s own, whatever the samplers do', async () => {
    const model = await open(makeModel(RECIPE));
    let before = PROMPT.at(-1) ?? 0;
    for (const { token, others } of await written(
      model,
      { candidates: 10, temperature: 2, topP: 0.9, repetitionPenalty: 1.5, logitBias: [{ text: 'e', bias: 3 }] },
      60,
    )) {
      const order = [...row(before)].sort((a, b) => b[1] - a[1]);
      expect([...(others?.tokens ?? [])]).toEqual(order.slice(0, 10).map(([id]) => id));
      for (const [place, log] of [...(others?.logs ?? [])].entries())
        expect(log).toBeCloseTo(order[place]?.[1] ?? 0, 4);
      expect(others?.chosen).toBeCloseTo(known(before, token), 4);
      before = token;
    }
  });

  /**
   * Where a token falls in its distribution, likeliest first, and evenly over its own share: even numbers in [0, 1) if
   * the tokens come as they should.
   */
  function evenness(tokens: readonly number[], expected: (before: number) => Distribution): number {
    const random = seededRandom(99);
    const bins = Array.from({ length: 50 }, () => 0);
    const orders = new Map<number, [number, number][]>();
    const orderOf = (token: number): [number, number][] => {
      const order = orders.get(token) ?? [...expected(token)].sort((a, b) => b[1] - a[1]);
      orders.set(token, order);
      return order;
    };
    let before = PROMPT.at(-1) ?? 0;
    for (const token of tokens) {
      let below = 0;
      let own = Number.NaN;
      for (const [other, share] of orderOf(before)) {
        own = share;
        if (other === token) break;
        below += share;
      }
      const bin = Math.min(49, Math.floor((below + random() * own) * 50));
      bins[bin] = (bins[bin] ?? 0) + 1;
      before = token;
    }
    const each = tokens.length / 50;
    return bins.reduce((total, count) => total + (count - each) ** 2 / each, 0);
  }

  /** The 99.99 % quantile of chi-square with 49 degrees of freedom. */
  const BOUND = 94;
  const logs = (shares: Distribution): Distribution =>
    new Map([...shares].map(([token, share]) => [token, Math.log(share)]));
  const early = ['temperature', ...STEPS.slice(0, -1)] as const;
  /** A chain, its distribution, and a distribution near it that would be wrong. */
  const chains: readonly [
    string,
    Partial<Sampling & { seed: number }>,
    (before: number) => Distribution,
    (before: number) => Distribution,
  ][] = [
    ['nothing on', {}, (before) => softmax(row(before)), (before) => references.tempered(row(before), 0.7)],
    [
      'Open-Assistant’s typical 0.2',
      { typicalP: 0.2, order: [...early] },
      (before) => references.typicalP(softmax(row(before)), 0.2),
      (before) => references.typicalP(softmax(row(before)), 0.25),
    ],
    [
      'the usual, of which a few tokens are listed',
      { minP: 0.06, temperature: 0.7 },
      (before) => references.tempered(logs(references.minP(softmax(row(before)), 0.06)), 0.7),
      (before) => references.minP(softmax(row(before)), 0.06),
    ],
    [
      'a long chain',
      { topNSigma: 2, topK: 120, topP: 0.8, minP: 0.4, temperature: 0.5 },
      (before) => {
        const near = references.topNSigma(row(before), 2);
        return references.tempered(logs(references.minP(references.topP(references.topK(near, 120), 0.8), 0.4)), 0.5);
      },
      (before) => references.topK(softmax(row(before)), 120),
    ],
  ];
  test.each(chains)(
    '4,000 tokens through the engine have the distribution of the chain: %s',
    async (_name, changes, expected, wrong) => {
      const model = await open(makeModel(RECIPE));
      const tokens = (await written(model, changes, 4000)).map(({ token }) => token);
      expect(evenness(tokens, expected)).toBeLessThan(BOUND);
      expect(evenness(tokens, wrong)).toBeGreaterThan(BOUND);
    },
  );
});

test('the penalties count the words of the turns and nothing of the marks, in every format', async () => {
  const model = await open(makeModel({ architecture: 'gptneox' }));
  const turns = Array.from({ length: 9 }, (_, index) => ({
    id: String(index),
    role: index % 2 === 0 ? ('user' as const) : ('model' as const),
    speaker: null,
    text: `Turn ${index} speaks of ${index * 7}.`,
  }));
  for (const format of FORMATS.filter(({ kind }) => kind === 'turns')) {
    const plan = planPrompt(
      { format, turns, open: false, reserve: 64, contextSize: 4096, cut: null },
      model.vocabulary,
    );
    const { marks, placesIn } = sparedTokens(format, model.vocabulary.ends, model.vocabulary);
    const places = placesIn(plan.tokens, 4096);
    const counted = plan.tokens.filter((token, place) => !marks.has(token) && !places.has(place));
    const words = Buffer.concat(counted.map((token) => model.vocabulary.bytes(token))).toString();
    expect(words.trim(), format.title).toBe(turns.map(({ text }) => text).join(''));
  }
});

describe('in a vocabulary of 50,304', () => {
  test('the likeliest are listed exactly, what the others weigh is known, and the spread is near', async () => {
    const model = await open(makeModel({ size: 'tiny', vocabulary: 'bpe' }));
    const sequence = await model.branches.take(PROMPT, { cold: true });
    // 0 is one of those too that stand for the whole vocabulary where the spread is asked for.
    const always = [0, 777, 30_000];
    const logits = new Logits(sequence, model.vocabulary.size, {
      listed: 500,
      most: 500,
      always,
      weight: true,
      spread: true,
    });
    for (const token of [5, 900, 31_000]) {
      const { list, whole } = await logits.after(token, async (look) => ({
        list: look.list,
        whole: await look.whole(),
      }));
      expect(whole.ids).toHaveLength(50_304);
      const among = (ids: Int32Array, count: number): Set<number> =>
        new Set([...ids].filter((id) => !always.includes(id)).slice(0, count));
      const listing = among(list.ids, 500);
      expect([...among(whole.ids, 495)].every((id) => listing.has(id))).toBe(true);
      for (const lifted of always)
        expect(list.logits[list.ids.indexOf(lifted)]).toBeCloseTo(whole.logits[whole.ids.indexOf(lifted)] ?? 0, 3);
      const listed = new Set(list.ids);
      const unseen = whole.ids.reduce(
        (total, id, place) => total + (listed.has(id) ? 0 : Math.exp(whole.logits[place] ?? 0)),
        0,
      );
      expect(Math.exp(list.outside) / unseen).toBeCloseTo(1, 3);
      expect(list.spread / whole.spread).toBeGreaterThan(0.93);
      expect(list.spread / whole.spread).toBeLessThan(1.07);
    }
    logits.dispose();
  });

  test('a longer list of the same logits is what it would have been at once', async () => {
    const model = await open(makeModel({ size: 'tiny', vocabulary: 'bpe' }));
    const sequence = await model.branches.take(PROMPT, { cold: true });
    const options = { most: 500, always: [777], weight: true, spread: false };
    const before = PROMPT.at(-1) ?? 0;
    const few = new Logits(sequence, model.vocabulary.size, { ...options, listed: 64 });
    const [short, more] = await few.after(before, async (look) => [look.list, await look.more()]);
    few.dispose();
    await model.branches.empty(sequence);
    const many = new Logits(sequence, model.vocabulary.size, { ...options, listed: 500 });
    const long = await many.after(before, (look) => look.list);
    many.dispose();
    expect([short.ids.length, more.ids.length]).toEqual([65, 501]);
    expect(more).toEqual(long);
    expect([...more.ids]).toEqual(expect.arrayContaining([...short.ids]));
  });

  test('typical sampling is the one of the whole vocabulary, though 500 tokens are all that is listed', async () => {
    const model = await open(makeModel({ size: 'tiny', vocabulary: 'bpe' }));
    const sequence = await model.branches.take(PROMPT, { cold: true });
    const logits = new Logits(sequence, model.vocabulary.size, {
      listed: 500,
      most: 500,
      always: [],
      weight: true,
      spread: false,
    });
    const whole = await logits.after(PROMPT.at(-1) ?? 0, (look) => look.whole());
    logits.dispose();
    const weights = weightsOf(whole);
    const total = sum(weights);
    const typical = references.typicalP(
      new Map([...whole.ids].map((id, place) => [id, (weights[place] ?? 0) / total])),
      0.2,
    );
    const first = new Set<number>();
    for (let seed = 1; seed <= 12; seed++) {
      const [choice] = await written(model, { typicalP: 0.2, seed, candidates: 10 }, 1);
      first.add(choice?.token ?? -1);
      expect(choice?.others?.chosen).toBeCloseTo(
        Math.log((weights[whole.ids.indexOf(choice?.token ?? -1)] ?? 0) / total),
        3,
      );
    }
    for (const token of first) expect(typical.has(token)).toBe(true);
    expect(
      [...first].some((token) => whole.ids.indexOf(token) >= 500),
      'typical tokens are beyond the 500 likeliest here',
    ).toBe(true);
  });
});
