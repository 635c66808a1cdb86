import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { longestMatch } from './longest-match.ts';
import { commonTokens, reusableTokens } from './read-prompt.ts';

/** Fewer tokens than this are read again sooner than kept, copied or moved. */
const LEAST = 32;
/** Read again behind a copy; a multiple of what reading begins at. */
const REREAD = 4;

/** Internal to the library's pinned version: without it a prompt is simply read. */
interface Copying {
  _copyStateFromOtherSequence(other: LlamaContextSequence, upTo: number): Promise<boolean>;
}
const isCopying = (sequence: LlamaContextSequence): sequence is LlamaContextSequence & Copying =>
  '_copyStateFromOtherSequence' in sequence;

/** What of a prompt a sequence holds. */
interface Share {
  readonly sequence: LlamaContextSequence;
  readonly shared: number;
}
type Choice =
  | (Share & { readonly copyOf: null })
  | {
      readonly sequence: LlamaContextSequence & Copying;
      readonly shared: number;
      readonly copyOf: LlamaContextSequence;
    };
interface Block {
  readonly sequence: LlamaContextSequence;
  readonly range: { readonly start: number; readonly end: number };
  readonly rest: readonly number[];
}
/** Of a prompt the first so many tokens are BOS and head. `cold`: nothing is reused. */
export interface TakeOptions {
  readonly headTokens?: number;
  readonly cold?: boolean;
}

/**
 * The evaluated beginnings of several prompts (branches of a story, a window prepared ahead), one to a sequence.
 * What is evaluated is asked of the sequences themselves, so that whoever else used one of them spoils nothing.
 */
export class EvaluatedBranches {
  /** The one used last comes last. */
  readonly #order: LlamaContextSequence[];
  readonly #fast: boolean;

  constructor(sequences: readonly LlamaContextSequence[], { fastSlide = false } = {}) {
    this.#order = [...sequences];
    this.#fast = fastSlide;
  }

  /**
   * Whether a window behind the next cut may be read ahead: beside the present one, and where a cut means reading at
   * all.
   */
  get keepsWindows(): boolean {
    return this.#order.length > 1 && !this.#fast;
  }

  /** How many tokens of a prompt need not be read again. */
  reusable(prompt: readonly number[], { headTokens = 0 }: TakeOptions = {}): number {
    const block = this.#block(prompt, headTokens);
    return block === null ? this.#choose(prompt).shared : this.#shared(block.rest, prompt);
  }

  /** The sequence that holds most of a prompt, as it is. */
  holding(prompt: readonly number[]): LlamaContextSequence {
    return this.#best(prompt).sequence;
  }

  /**
   * The sequence in which a prompt is read: what it shares with the prompt is still in it, and nothing else. If much of
   * another branch would be lost with that, the least recently used sequence gets a copy of what is shared.
   */
  async take(
    prompt: readonly number[],
    { headTokens = 0, cold = false }: TakeOptions = {},
  ): Promise<LlamaContextSequence> {
    if (cold) return this.spare();
    const block = this.#block(prompt, headTokens);
    if (block !== null) await block.sequence.eraseContextTokenRanges([block.range]);
    const { sequence, shared, copyOf } = this.#choose(prompt);
    if (copyOf === null) return this.#use(sequence, shared);
    const copied = await sequence._copyStateFromOtherSequence(copyOf, shared - REREAD);
    await this.#use(sequence, copied ? shared - REREAD : 0);
    // The copy is made with the next evaluation; until then neither of the two may be saved or erased.
    if (copied) await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(shared - REREAD, shared) as Token[]);
    return sequence;
  }

  /** The sequence that will be missed least, empty. */
  spare(): Promise<LlamaContextSequence> {
    const [oldest] = this.#order;
    if (oldest === undefined) throw new RangeError('a context without a sequence');
    return this.#use(oldest, 0);
  }

  /** Forgets all that a sequence holds. */
  async empty(sequence: LlamaContextSequence): Promise<void> {
    await this.#use(sequence, 0);
  }

  /** Lends that sequence for something else than a story, and empties it afterwards. */
  async aside<T>(work: (sequence: LlamaContextSequence) => Promise<T>): Promise<T> {
    const sequence = await this.spare();
    try {
      return await work(sequence);
    } finally {
      await this.empty(sequence);
    }
  }

  /**
   * Forgets what was evaluated behind a prompt without its last token: tokens evaluated one by one are not quite what
   * reading them gives, and a reply is read once it is part of a prompt.
   */
  async settle(sequence: LlamaContextSequence, prompt: readonly number[]): Promise<void> {
    if (!this.#fast) await this.#use(sequence, prompt.length - 1);
  }

  async #use(sequence: LlamaContextSequence, keep: number): Promise<LlamaContextSequence> {
    this.#order.splice(this.#order.indexOf(sequence), 1);
    this.#order.push(sequence);
    if (sequence.nextTokenIndex > keep)
      await sequence.eraseContextTokenRanges([{ start: keep, end: sequence.nextTokenIndex }]);
    return sequence;
  }

  /** To the token where nothing is exact anyway. */
  #shared(evaluated: readonly number[], prompt: readonly number[]): number {
    return this.#fast
      ? Math.min(prompt.length - 1, commonTokens(evaluated, prompt))
      : reusableTokens(evaluated, prompt);
  }

  /** Of those that hold as much, the one used last. */
  #best(prompt: readonly number[]): Share {
    return this.#order
      .map((sequence): Share => ({ sequence, shared: this.#shared(sequence.contextTokens, prompt) }))
      .reduce((best, one) => (one.shared >= best.shared ? one : best));
  }

  #choose(prompt: readonly number[]): Choice {
    const best = this.#best(prompt);
    const spare = this.#order.find((sequence) => sequence !== best.sequence);
    if (spare === undefined || best.sequence.nextTokenIndex - best.shared < LEAST) return { ...best, copyOf: null };
    const itself = this.#shared(spare.contextTokens, prompt);
    if (best.shared - itself < LEAST || !isCopying(spare)) return { sequence: spare, shared: itself, copyOf: null };
    return { sequence: spare, shared: best.shared, copyOf: best.sequence };
  }

  /**
   * Fast slide: the tokens right behind the head between what a branch and a prompt share and where they go on alike,
   * and what is left without them. Null: nothing to slide.
   */
  #block(prompt: readonly number[], headTokens: number): Block | null {
    if (!this.#fast) return null;
    const { sequence } = this.#best(prompt);
    const evaluated = sequence.contextTokens;
    const shared = commonTokens(evaluated, prompt);
    if (shared === 0 || shared < headTokens - REREAD || shared >= headTokens + LEAST) return null;
    const { at, length } = longestMatch(prompt.slice(shared), evaluated, shared + 1);
    if (length < LEAST) return null;
    const range = { start: shared, end: at };
    return { sequence, range, rest: evaluated.toSpliced(shared, at - shared) };
  }
}
