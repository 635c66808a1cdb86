import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/**
 * Brings a sequence that holds the beginning of a prompt to the prompt without its last token. Chunks end at absolute multiples of `chunk` tokens, so that the same
 * prompt is cut the same way however much of it was there; nothing interrupts a chunk, so the signal is looked at between them. Answers with the number of tokens reused.
 */
export async function readPrompt(sequence: LlamaContextSequence, prompt: readonly number[], chunk: number, signal: AbortSignal, onProgress: (done: number, reused: number) => void): Promise<number> {
  const reused = sequence.nextTokenIndex;
  const end = prompt.length - 1;
  onProgress(reused, reused);
  for (let at = reused; at < end && !signal.aborted;) {
    const border = Math.min(end, (Math.floor(at / chunk) + 1) * chunk);
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, border) as Token[]);
    at = border;
    onProgress(at, reused);
  }
  return reused;
}
