import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { afterAll, describe, expect, test } from 'vitest';
import { EvaluatedBranches } from '../../electron/engines/local/worker/evaluated-branches.ts';
import { generate } from '../../electron/engines/local/worker/generate.ts';
import { openModel, type OpenModel } from '../../electron/engines/local/worker/open-model.ts';
import { prepare } from '../../electron/engines/local/worker/prepare.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { planPrompt } from '../../shared/prompt/plan/plan.ts';
import type { Cut, Ledger, PlanRequest, PromptFormat } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { RandomStory } from '../helpers/random-story.ts';
import { EMBEDDED_MODEL } from '../helpers/server.ts';

const CONTEXT = 512;
const TOKENS = 64;
const metharme = formatByName('metharme');
if (!metharme) throw new Error('no metharme');
const never = new AbortController().signal;

interface Subject {
  readonly path: string;
  readonly words: number;
  readonly stories: number;
  readonly steps: number;
}
/**
 * Bigram models have no attention and would hide a wrong cache: these have layers, and differ in architecture and
 * weights (Q8_0, F16).
 */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'the embedded model': { path: EMBEDDED_MODEL, words: 60, stories: 25, steps: 5 },
  'a random model': {
    path: makeModel({ architecture: 'llama', vocabulary: 'spm', outputScale: 0.6 }),
    words: 16,
    stories: 175,
    steps: 5,
  },
};

/** Remembers what stood in a sequence when its reply ended. */
class WatchedBranches extends EvaluatedBranches {
  ended: readonly number[] = [];

  override async settle(sequence: LlamaContextSequence, prompt: readonly number[]): Promise<void> {
    this.ended = sequence.contextTokens;
    await super.settle(sequence, prompt);
  }
}
interface Watched extends OpenModel {
  readonly branches: WatchedBranches;
}

const opened: OpenModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.dispose())));
async function open(
  path: string,
  branches: number,
  change = (sequence: LlamaContextSequence) => sequence,
): Promise<Watched> {
  const model = await openModel({ path, contextSize: CONTEXT, threads: 1, gpu: false, branches }, () => undefined);
  opened.push(model);
  const sequences: LlamaContextSequence[] = [];
  while (sequences.length < branches) sequences.push(await model.branches.spare());
  return { ...model, branches: new WatchedBranches(sequences.map(change)) };
}

/** A wrong cache: one token, early in every prompt, is evaluated as another one, and nobody is told. */
function oneTokenOff(sequence: LlamaContextSequence): LlamaContextSequence {
  const at = 20;
  let meant: Token | null = null;
  return new Proxy(sequence, {
    get(target, name) {
      if (name === 'contextTokens')
        return target.contextTokens.map((token, index) => (index === at && meant !== null ? meant : token));
      if (name === 'evaluateWithoutGeneratingNewTokens') {
        return (tokens: Token[]) => {
          const index = at - target.nextTokenIndex;
          if (index < 0 || index >= tokens.length) return target.evaluateWithoutGeneratingNewTokens(tokens);
          meant = tokens[index] as Token;
          return target.evaluateWithoutGeneratingNewTokens(tokens.with(index, (meant + 1) as Token));
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

interface Written {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  readonly text: string;
  readonly reused: number;
  readonly cut: Cut | null;
}

/** A greedy reply of TOKENS tokens. What the ledger says is what the engine did, always. */
async function write(model: Watched, plan: PlanRequest, cold: boolean): Promise<Written> {
  const prompt = planPrompt(plan, model.vocabulary).tokens;
  let text = '';
  let ledger: Ledger | null = null;
  const { position, stats } = await generate(
    model,
    {
      plan,
      cold,
      sampling: { ...DEFAULT_SAMPLING, temperature: 0, repetitionPenalty: 1, banEnd: true, maxTokens: TOKENS, seed: 1 },
    },
    never,
    {
      accepted: (accepted) => {
        ledger = accepted;
      },
      prompt: () => undefined,
      text: (piece) => {
        text += piece;
      },
    },
  );
  expect(ledger).toMatchObject({ total: position, ...(cold ? {} : { toRead: position - stats.reusedTokens }) });
  expect(position).toBe(prompt.length);
  const { ended } = model.branches;
  expect(ended.slice(0, prompt.length)).toEqual(prompt);
  return {
    prompt,
    tokens: ended.slice(prompt.length),
    text,
    reused: stats.reusedTokens,
    cut: (ledger as Ledger | null)?.cut ?? null,
  };
}

const NO_TOKEN = -1;

interface Divergence {
  readonly what: string;
  readonly reused: readonly number[];
  readonly cold: readonly number[];
  readonly gap: number;
}
interface Findings {
  cases: number;
  reused: number;
  cuts: number;
  readonly did: Record<string, number>;
  divergences: Divergence[];
  notReproduced: number;
}

/** The checker: every reply of every story from reused state, and cold, in a context of its own. */
async function check(
  warm: Watched,
  cold: Watched,
  { words, stories, steps }: Pick<Subject, 'words' | 'stories' | 'steps'>,
): Promise<Findings> {
  const findings: Findings = { cases: 0, reused: 0, cuts: 0, did: {}, divergences: [], notReproduced: 0 };
  for (let seed = 1; seed <= stories; seed++) {
    const story = new RandomStory(seed, words);
    let cut: Cut | null = null;
    for (let step = 0; step < steps; step++) {
      const plan: PlanRequest = {
        format: metharme as PromptFormat,
        turns: story.path,
        open: false,
        reserve: TOKENS,
        contextSize: CONTEXT,
        cut,
      };
      if ((seed + step) % 3 === 0)
        await prepare(
          warm,
          { ...plan, turns: plan.turns.slice(0, -1) },
          { signal: never, onProgress: () => undefined },
        );
      const mine = await write(warm, plan, false);
      const other = await write(cold, plan, true);
      findings.cases++;
      findings.reused += mine.reused / mine.prompt.length;
      findings.did[story.did] = (findings.did[story.did] ?? 0) + 1;
      if (mine.cut !== null && (mine.cut.turnId !== cut?.turnId || mine.cut.offset !== cut.offset)) findings.cuts++;
      if (mine.text !== other.text || String(mine.tokens) !== String(other.tokens)) {
        findings.divergences.push({
          what: `story ${seed}, step ${step} (${story.did})`,
          reused: mine.tokens,
          cold: other.tokens,
          gap: await gapBetween(cold, other.prompt, mine.tokens, other.tokens),
        });
      }
      if (seed % 5 === 0) {
        const again = await write(warm, plan, true);
        if (again.text !== other.text || String(again.tokens) !== String(other.tokens)) findings.notReproduced++;
      }
      ({ cut } = mine);
      story.goOn(mine.text);
    }
  }
  return findings;
}

/**
 * How much likelier, in logits, a cold evaluation finds its own token than the other one where two continuations part.
 */
async function gapBetween(
  model: OpenModel,
  prompt: readonly number[],
  reused: readonly number[],
  cold: readonly number[],
): Promise<number> {
  const at = cold.findIndex((token, index) => token !== reused[index]);
  const [step] = await candidates(model, [...prompt, ...cold.slice(0, at)], cold.slice(at, at + 1), 128);
  return logit(step, cold[at]) - logit(step, reused[at]);
}

type Candidates = ReadonlyMap<number, number>;
const logit = (step: Candidates | undefined, token: number | undefined): number =>
  Math.log(step?.get(token ?? NO_TOKEN) ?? Number.MIN_VALUE);

/** The candidates before each token of a continuation, its prompt read cold in chunks of that many tokens. */
async function candidates(
  model: OpenModel,
  prompt: readonly number[],
  continuation: readonly number[],
  chunk: number,
): Promise<Candidates[]> {
  const sequence = await model.branches.take(prompt, { cold: true });
  const end = prompt.length - 1;
  for (let from = 0; from < end; from += chunk)
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(from, Math.min(end, from + chunk)) as Token[]);
  const steps: Candidates[] = [];
  const tokens = sequence.evaluateWithMetadata(
    prompt.slice(-1) as Token[],
    { probabilities: true },
    { temperature: 1, topK: 260, topP: 1, yieldEogToken: true },
  );
  for (
    let result = await tokens.next();
    result.done !== true && steps.push(result.value.probabilities) < continuation.length;
  )
    result = await tokens.next(continuation[steps.length - 1] as Token);
  await tokens.return();
  return steps;
}

/**
 * Numeric noise: how far the gap between the two likeliest tokens moves when the same prompt is read in other chunks;
 * and the median of that gap.
 */
async function noise(model: Watched, { words }: Subject): Promise<{ bound: number; medianGap: number }> {
  const gaps: number[] = [];
  let bound = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const story = new RandomStory(seed, words);
    story.goOn('');
    const plan: PlanRequest = {
      format: metharme as PromptFormat,
      turns: story.path,
      open: false,
      reserve: TOKENS,
      contextSize: CONTEXT,
      cut: null,
    };
    const { prompt, tokens } = await write(model, plan, true);
    const steps = await candidates(model, prompt, tokens, 128);
    for (const chunk of [1, 37]) {
      const moved = await candidates(model, prompt, tokens, chunk);
      steps.forEach((step, index) => {
        const [first, second] = [...step.keys()];
        const gap = logit(step, first) - logit(step, second);
        if (chunk === 1) gaps.push(gap);
        bound = Math.max(bound, Math.abs(gap - (logit(moved[index], first) - logit(moved[index], second))));
      });
    }
  }
  return { bound, medianGap: gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0 };
}

describe.each(Object.entries(SUBJECTS))('%s', (_name, subject) => {
  test('replies from reused state are those of a cold evaluation, and cold ones come again', async () => {
    const [warm, cold] = [await open(subject.path, 3), await open(subject.path, 1)];
    const { bound, medianGap } = await noise(cold, subject);
    // Else any noise would show, and a wrong cache would be no worse.
    expect(medianGap).toBeGreaterThan(1);
    const { divergences, ...findings } = await check(warm, cold, subject);
    for (const { what, reused, cold: expected, gap } of divergences)
      console.log(`${what}: gap ${gap}, noise ${bound}\n  reused ${reused.join(' ')}\n  cold   ${expected.join(' ')}`);
    expect(findings.notReproduced).toBe(0);
    expect(divergences.length / findings.cases).toBeLessThanOrEqual(0.01);
    expect(divergences.filter(({ gap }) => Math.abs(gap) > bound)).toEqual([]);
    // What the rule is about did happen, and often.
    expect(findings.cases).toBe(subject.stories * subject.steps);
    expect(findings.cuts).toBeGreaterThan(subject.stories / 10);
    expect(findings.reused / findings.cases).toBeGreaterThan(0.4);
    expect(Math.min(...['reply', 'retry', 'edit', 'switch'].map((did) => findings.did[did] ?? 0))).toBeGreaterThan(
      subject.stories / 4,
    );
  });

  test('a cache with one wrong token is found', async () => {
    const [warm, cold] = [await open(subject.path, 1, oneTokenOff), await open(subject.path, 1)];
    const { divergences, cases } = await check(warm, cold, { ...subject, stories: 5 });
    expect(divergences.length / cases).toBeGreaterThan(0.05);
  });
});
