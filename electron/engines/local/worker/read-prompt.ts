import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/**
 * The rows of a batch come out alike, to the last bit, however many they are, as long as they are not one alone and
 * groups of four stay together (what is left over of a group goes through other code for some kinds of weights). So
 * reading begins at a group, and state that was read is exactly what a cold evaluation gives.
 */
const GROUP = 4;

/** With how many tokens both begin. */
export function commonTokens(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  let same = 0;
  while (same < most && one[same] === other[same]) same++;
  return same;
}

/**
 * How many tokens of a prompt need not be read again. The last one is always evaluated: its answer is the first new
 * token.
 */
export function reusableTokens(evaluated: readonly number[], prompt: readonly number[]): number {
  const end = prompt.length - 1;
  const same = Math.min(end, commonTokens(evaluated, prompt));
  // The same prompt once more.
  if (same === end && evaluated.length === end) return end;
  const whole = same - (same % GROUP);
  return Math.max(0, end - whole === 1 ? whole - GROUP : whole);
}

/**
 * Brings a sequence that holds the beginning of a prompt to the prompt without its last token. Chunks end at absolute
 * multiples of `chunk` tokens, so that the same prompt is cut the same way however much of it was there; nothing
 * interrupts a chunk, so the signal is looked at between them. Answers with the number of tokens reused.
 */
export async function readPrompt(
  sequence: LlamaContextSequence,
  prompt: readonly number[],
  chunk: number,
  signal: AbortSignal,
  onProgress: (done: number, reused: number) => void,
): Promise<number> {
  const reused = sequence.nextTokenIndex;
  const end = prompt.length - 1;
  // A last token of its own goes with the group before it.
  const next = (at: number): number => {
    const border = Math.min(end, (Math.floor(at / chunk) + 1) * chunk);
    if (end - border !== 1) return border;
    return border - GROUP > at ? border - GROUP : end;
  };
  onProgress(reused, reused);
  for (let at = reused; at < end && !signal.aborted;) {
    const to = next(at);
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, to) as Token[]);
    at = to;
    onProgress(at, reused);
  }
  return reused;
}
