import { forkEngine } from '../../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../../electron/engines/local/host/supervisor.ts';
import type { GenerateRequest } from '../../../electron/engines/port.ts';
import type { InferenceHost } from '../../../electron/engines/local/protocol.ts';
import { seededRandom } from '../../../electron/engines/local/worker/sampling/random.ts';
import { readEnvironment } from '../../../electron/env.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import type { PlanRequest, PromptTurn } from '../../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../../shared/settings/sampling.ts';
import type { Result } from '../report.ts';

/** What is measured: a model file, prompts of about so many tokens, and whether the goals are meant for it. */
export interface Subject {
  readonly model: string;
  readonly promptTokens: number;
  readonly contextSize: number;
  readonly goals: boolean;
  readonly suffix: string;
}

export const ROUNDS = 5;
export const THREADS = readEnvironment().threads;
/** Nothing to choose and nothing to look at: the engine's own speed. */
export const GREEDY: Sampling = { ...DEFAULT_SAMPLING, temperature: 0, minP: 0, repetitionPenalty: 1, candidates: 0 };

export async function startEngine({
  model,
  contextSize,
}: Pick<Subject, 'model' | 'contextSize'>): Promise<InferenceHost> {
  const host = createInferenceHost(forkEngine());
  await host.load(
    { path: model, contextSize, threads: THREADS, gpu: false, tuning: { promptChunk: null } },
    () => undefined,
  );
  return host;
}

/** Runs with an engine and ends it, whatever happens. */
export async function withEngine<T>(
  subject: Pick<Subject, 'model' | 'contextSize'>,
  use: (host: InferenceHost) => Promise<T>,
): Promise<T> {
  const host = await startEngine(subject);
  try {
    return await use(host);
  } finally {
    await host.close();
  }
}

const LETTERS = 'etaoinshrdlu';
let texts = 0;

/** Words of about so many tokens that no text before began with. */
export async function freshText(host: InferenceHost, tokens: number): Promise<string> {
  texts += 1;
  const random = seededRandom(texts);
  const words = Array.from({ length: tokens }, () =>
    Array.from({ length: 2 + Math.floor(random() * 4) }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(''),
  );
  const [all = 1] = await host.count([words.join(' ')]);
  return words.slice(0, Math.floor((tokens * words.length) / all)).join(' ');
}

const prose =
  formatByName('prose') ??
  (() => {
    throw new Error('no prose');
  })();

/** A prompt that is exactly this text. */
export function textPlan(text: string, { contextSize }: Pick<Subject, 'contextSize'>, reserve = 128): PlanRequest {
  return { format: prose, turns: [turn('story', 'model', text)], open: true, reserve, contextSize, cut: null };
}

const metharme =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();

/** The prompt for a reply to a story. */
export function storyPlan(turns: readonly PromptTurn[], { contextSize }: Pick<Subject, 'contextSize'>): PlanRequest {
  return { format: metharme, turns: [...turns], open: false, reserve: 64, contextSize, cut: null };
}

export function turn(id: string, role: PromptTurn['role'], text: string): PromptTurn {
  return { id, role, speaker: null, text };
}

export interface Timed {
  readonly firstMs: number;
  readonly promptPerSecond: number;
  readonly tokensPerSecond: number;
  readonly tokens: number;
  readonly reused: number;
  readonly totalMs: number;
  readonly text: string;
}

/**
 * A generation as its asker sees it: the clock runs from the request, over the wire, to the first token and the last.
 */
export async function timed(
  host: InferenceHost,
  plan: PlanRequest,
  sampling: Partial<Sampling> = {},
  options: Pick<GenerateRequest, 'cold'> = {},
): Promise<Timed> {
  const started = performance.now();
  const job = host.generate({ ...options, plan, sampling: { ...GREEDY, ...sampling, seed: 1 } });
  let first = 0;
  let text = '';
  job.onPrompt(({ done, total }) => {
    if (done === total && first === 0) first = performance.now();
  });
  job.onText((piece) => {
    text += piece;
  });
  const { stats } = await job.done;
  const ended = performance.now();
  return {
    firstMs: first - started,
    totalMs: ended - started,
    tokens: stats.tokens,
    reused: stats.reusedTokens,
    text,
    promptPerSecond: stats.promptTokens / ((first - started) / 1000),
    tokensPerSecond: (stats.tokens - 1) / ((ended - first) / 1000),
  };
}

/** Measures in turns, so that what else the machine does meets all alike; the first round only warms up. */
export async function alternate(rounds: number, ...sides: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const values: number[][] = sides.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      const value = await side();
      if (round > 0) values[index]?.push(value);
    }
  }
  return values;
}

/** A goal counts only where it is meant; a figure of another model carries its name. */
export function goal({ goals, suffix }: Pick<Subject, 'goals' | 'suffix'>, result: Result): Result {
  return goals ? result : { ...result, name: `${result.name}${suffix}`, goal: null, ok: null };
}
