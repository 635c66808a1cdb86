import type { LlamaContextSequence } from 'node-llama-cpp';

/** Fewer tokens than this are read again sooner than kept or copied. */
const LEAST = 32;

/** Internal to the library's pinned version: without it a prompt is simply read. */
interface Copying { _copyStateFromOtherSequence(other: LlamaContextSequence, upTo: number): Promise<boolean> }
const isCopying = (sequence: LlamaContextSequence): sequence is LlamaContextSequence & Copying => '_copyStateFromOtherSequence' in sequence;

/**
 * The evaluated beginnings of several prompts (branches of a story, a window prepared ahead), one to a sequence.
 * What is evaluated is asked of the sequences themselves, so that whoever else used one of them spoils nothing.
 */
export class Branches {
  /** The one used last comes last. */
  readonly #order: LlamaContextSequence[];

  constructor(sequences: readonly [LlamaContextSequence, ...LlamaContextSequence[]]) {
    this.#order = [...sequences];
  }

  get count(): number {
    return this.#order.length;
  }

  /** How many tokens of a prompt need not be read again. */
  reusable(prompt: readonly number[]): number {
    return Math.max(...this.#order.map((sequence) => sharedTokens(sequence.contextTokens, prompt)));
  }

  /** The sequence that holds most of a prompt, untouched. */
  holding(prompt: readonly number[]): LlamaContextSequence {
    return this.#best(prompt).sequence;
  }

  /**
   * The sequence in which a prompt is read, what it shares with the prompt still in it and nothing else. If much of another branch would be lost with that,
   * the least recently used sequence gets a copy of what is shared. `cold`: nothing is reused.
   */
  async take(prompt: readonly number[], { cold = false } = {}): Promise<LlamaContextSequence> {
    const best = this.#best(prompt);
    const spare = this.#order.find((sequence) => sequence !== best.sequence) ?? best.sequence;
    if (cold) return this.#use(spare, 0);
    if (best.sequence.nextTokenIndex - best.shared < LEAST || spare === best.sequence) return this.#use(best.sequence, best.shared);
    const itself = sharedTokens(spare.contextTokens, prompt);
    if (best.shared - itself < LEAST || !isCopying(spare)) return this.#use(spare, itself);
    // The library copies the whole sequence with the next evaluation, which follows at once.
    const copied = await spare._copyStateFromOtherSequence(best.sequence, best.shared);
    return this.#use(spare, copied ? best.shared : 0);
  }

  /** A sequence that nothing will be missed of, empty. */
  spare(): Promise<LlamaContextSequence> {
    return this.#use(this.#order[0] as LlamaContextSequence, 0);
  }

  async #use(sequence: LlamaContextSequence, keep: number): Promise<LlamaContextSequence> {
    this.#order.splice(this.#order.indexOf(sequence), 1);
    this.#order.push(sequence);
    if (sequence.nextTokenIndex > keep) await sequence.eraseContextTokenRanges([{ start: keep, end: sequence.nextTokenIndex }]);
    return sequence;
  }

  /** Of those that hold as much, the one used last. */
  #best(prompt: readonly number[]): { sequence: LlamaContextSequence; shared: number } {
    return this.#order.map((sequence) => ({ sequence, shared: sharedTokens(sequence.contextTokens, prompt) }))
      .reduce((best, one) => (one.shared >= best.shared ? one : best));
  }
}

/** The last token of a prompt is always evaluated: its answer is the first new token. */
export function sharedTokens(evaluated: readonly number[], prompt: readonly number[]): number {
  const most = Math.min(evaluated.length, prompt.length - 1);
  let same = 0;
  while (same < most && evaluated[same] === prompt[same]) same++;
  return Math.max(0, same);
}
