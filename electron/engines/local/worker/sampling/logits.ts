import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { type Candidates, changed, sum, weightsOf } from './token-candidates.ts';

/** So many tokens, evenly spread over a large vocabulary, stand for all where the spread of the logits is asked for. */
const SAMPLED = 512;
/**
 * Lifts tokens above all others, so that the library lists them too; small enough for their logits to stay exact to
 * 1e-4.
 */
const LIFT = 1024;

/**
 * What the library's own loop is made of and does not offer: more than one look at the logits of one evaluation. Its
 * version is fixed in package.json.
 */
interface NativeSampler {
  applyConfig(config: object): void;
  dispose(): void;
}
type Pairs = readonly number[];
/** Lists so many of the likeliest. */
interface Lister {
  readonly sampler: NativeSampler;
  readonly count: number;
  readonly config: object;
}
interface NativeContext {
  /**
   * Token, probabilities, confidence, logits (pairs of token and logit, highest first), sum of e^(logit - highest) over
   * what the sampler kept.
   */
  sampleToken(
    index: number,
    sampler: NativeSampler,
    probabilities: false,
    confidence: false,
    logits: false | readonly [readonly number[], false, false, false, number],
    weight: boolean,
  ): Promise<readonly [number, undefined, undefined, Pairs | undefined, number | undefined]>;
}
interface NativeSequence {
  _decodeTokens<T>(
    tokens: readonly number[],
    logits: readonly boolean[],
    priority: number,
    meter: unknown,
    shift: unknown,
    look: (index: number) => Promise<T>,
    after: unknown,
  ): Promise<readonly T[]>;
  readonly _tokenMeter: unknown;
  readonly _contextShift: unknown;
  readonly _takeIntervalCheckpointIfNeededAfterBatch: unknown;
  readonly _context: { readonly _ctx: NativeContext };
  readonly model: {
    readonly _model: object;
    readonly _llama: { readonly _bindings: { readonly AddonSampler: new (model: object) => NativeSampler } };
  };
}
const PRIORITY = 5;

/** Where a grammar stands, which only leaves what it allows, anew for each look; null: none rules. */
type Grammar = (() => object) | null;

export interface LookOptions {
  /** How many of the likeliest tokens are listed, and how many where those are too few. */
  readonly listed: number;
  readonly most: number;
  /** Tokens that are listed whatever their logits. */
  readonly always: readonly number[];
  /** Whether the weight of the tokens that are not listed is needed. */
  readonly weight: boolean;
  readonly spread: boolean;
}

/** The logits after an evaluation, as candidates. */
export interface Look {
  readonly list: Candidates;
  more(): Promise<Candidates>;
  whole(): Promise<Candidates>;
}

/**
 * Evaluates tokens and looks at what may follow: two native samplers at once, one lists the likeliest, the other weighs
 * all.
 */
export class Logits {
  readonly #sequence: NativeSequence;
  readonly #size: number;
  readonly #lifted: ReadonlySet<number>;
  readonly #sample: ReadonlySet<number>;
  readonly #options: LookOptions;
  readonly #few: Lister;
  #many: Lister | null = null;
  readonly #weigher: NativeSampler;

  constructor(sequence: LlamaContextSequence, vocabularySize: number, options: LookOptions) {
    this.#sequence = sequence as unknown as NativeSequence;
    this.#size = vocabularySize;
    this.#options = options;
    this.#sample =
      options.spread && vocabularySize > options.most + SAMPLED
        ? new Set(Array.from({ length: SAMPLED }, (_, index) => Math.floor((index * vocabularySize) / SAMPLED)))
        : new Set();
    this.#lifted = new Set([...options.always, ...this.#sample]);
    this.#few = this.#lister(options.listed);
    this.#weigher = this.#sampler(WEIGHING);
  }

  /** Evaluates `token` and answers with what `choose` makes of the logits, before anything else is evaluated. */
  async after<T>(token: number, choose: (look: Look) => Promise<T> | T, grammar: Grammar = null): Promise<T> {
    const sequence = this.#sequence;
    const [chosen] = await sequence._decodeTokens(
      [token as Token],
      [true],
      PRIORITY,
      sequence._tokenMeter,
      sequence._contextShift,
      async (index) => choose(await this.#look(index, grammar)),
      sequence._takeIntervalCheckpointIfNeededAfterBatch,
    );
    return chosen as T;
  }

  dispose(): void {
    this.#few.sampler.dispose();
    this.#many?.sampler.dispose();
    this.#weigher.dispose();
  }

  async #look(index: number, grammar: Grammar): Promise<Look> {
    const { always, weight: isWeighed, most } = this.#options;
    const weighs = isWeighed && this.#few.count < this.#size && grammar === null;
    const [pairs, weight] = await Promise.all([
      this.#list(index, this.#few, grammar),
      weighs ? this.#weigh(index) : null,
    ]);
    const asListed = (found: Pairs): Candidates => {
      const list = readLifted(found, { lifted: this.#lifted, always, sample: this.#sample, weight });
      // What a grammar allows is weighed by nobody: it is known only where all of it is listed.
      const isAll = grammar === null || found.length / 2 === this.#size || found.at(-1) === -Infinity;
      return isAll ? list : { ...list, outside: Infinity };
    };
    const all = { sampler: this.#weigher, config: WEIGHING, count: this.#size };
    return {
      list: asListed(pairs),
      more: async () => asListed(await this.#list(index, (this.#many ??= this.#lister(most)), grammar)),
      whole: async () => read(await this.#list(index, all, grammar)),
    };
  }

  #lister(listed: number): Lister {
    const count = Math.min(this.#size, listed + this.#lifted.size);
    const config = { temperature: 1, topK: count, seed: 1, ...lift([...this.#lifted]) };
    return { count, config, sampler: this.#sampler(config) };
  }

  async #list(index: number, { sampler, config, count }: Lister, grammar: Grammar): Promise<Pairs> {
    if (grammar !== null) sampler.applyConfig({ ...config, grammarEvaluationState: grammar() });
    const result = await this.#sequence._context._ctx.sampleToken(
      index,
      sampler,
      false,
      false,
      [[], false, false, false, count],
      false,
    );
    return result[3] ?? [];
  }

  async #weigh(index: number): Promise<number> {
    return (await this.#sequence._context._ctx.sampleToken(index, this.#weigher, false, false, false, true))[4] ?? 0;
  }

  #sampler(config: object): NativeSampler {
    const { _model, _llama } = this.#sequence.model;
    const sampler = new _llama._bindings.AddonSampler(_model);
    sampler.applyConfig(config);
    return sampler;
  }
}

const WEIGHING = { temperature: 0 };

function lift(tokens: readonly number[]): object {
  return tokens.length === 0
    ? {}
    : { tokenBiasKeys: Uint32Array.from(tokens), tokenBiasValues: new Float32Array(tokens.length).fill(LIFT) };
}

/** Pairs as they come, highest logit first, as a list; it is all that is known. What cannot come is none of it. */
function read(pairs: Pairs): Candidates {
  let length = pairs.length / 2;
  while (length > 0 && pairs[2 * length - 1] === -Infinity) length--;
  const ids = new Int32Array(length);
  const logits = new Float64Array(length);
  for (let i = 0; i < ids.length; i++) {
    ids[i] = pairs[2 * i] ?? 0;
    logits[i] = pairs[2 * i + 1] ?? 0;
  }
  return { ids, logits, outside: -Infinity, ceiling: logits.at(-1) ?? 0, spread: deviation(logits) };
}

interface Lifting {
  readonly lifted: ReadonlySet<number>;
  readonly always: readonly number[];
  readonly sample: ReadonlySet<number>;
  readonly weight: number | null;
}

/**
 * The same where some tokens were lifted: they get their own place back, and those that only stood for the vocabulary
 * go unless they belong to the likeliest.
 */
function readLifted(pairs: Pairs, { lifted, always, sample, weight }: Lifting): Candidates {
  let list = read(pairs);
  if (lifted.size > 0) {
    const least = list.logits.at(-1) ?? 0;
    const lowered = changed(list, (logit, id) => {
      if (!lifted.has(id)) return logit;
      return logit - LIFT < least && !always.includes(id) ? -Infinity : logit - LIFT;
    });
    const stands =
      sample.size === 0 ? lowered.logits : list.logits.filter((_, place) => sample.has(list.ids[place] ?? 0));
    list = { ...lowered, spread: deviation(stands) };
  }
  if (weight === null) return list;
  const unseen = weight - sum(weightsOf(list));
  return { ...list, outside: unseen > 0 ? Math.log(unseen) + (list.logits[0] ?? 0) : -Infinity };
}

function deviation(values: Float64Array): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
}
