import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { PROMPT_CHUNKS } from '../../../../shared/settings/hardware.ts';

/**
 * Nothing interrupts a chunk: a stop waits for half of one on average, 200 ms. Smaller ones would read more slowly (64
 * tokens at a time by 7 %).
 */
const CHUNK_MS = 400;
/** So much longer than allowed must a chunk seem before it is not even tried: fewer tokens take longer each. */
const CERTAINTY = 1.5;

/**
 * The largest prompt chunk that this model reads here in about CHUNK_MS. The sequence must be empty and is empty again
 * afterwards.
 */
export async function measureChunk(sequence: LlamaContextSequence, vocabularySize: number): Promise<number> {
  const read = async (count: number): Promise<number> => {
    const tokens = Array.from({ length: count }, (_, index) => ((index * 7919) % vocabularySize) as Token);
    const started = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens);
    const took = performance.now() - started;
    await sequence.eraseContextTokenRanges([{ start: 0, end: sequence.nextTokenIndex }]);
    return took;
  };
  const [smallest] = PROMPT_CHUNKS;
  // The first token waits for the disk.
  await read(1);
  let chunk: number = smallest;
  let perToken = (await read(smallest / 4)) / (smallest / 4);
  for (const larger of PROMPT_CHUNKS) {
    // What is sure to be too long is not tried.
    if (larger > sequence.context.contextSize / 2 || larger * perToken > CHUNK_MS * CERTAINTY) break;
    const took = await read(larger);
    if (took > CHUNK_MS) break;
    perToken = took / larger;
    chunk = larger;
  }
  return chunk;
}
