import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { PROMPT_CHUNKS } from '../../../shared/settings/hardware.ts';

/** Nothing interrupts a chunk: as long as this a stop, or the next word of progress, may have to wait. */
const CHUNK_MS = 200;
/** A little more is still about as long. */
const TOLERANCE = 1.25;

/** The largest prompt chunk that this model reads here in about CHUNK_MS. The sequence must be empty and is empty again afterwards. */
export async function measureChunk(sequence: LlamaContextSequence, vocabularySize: number): Promise<number> {
  const read = async (count: number): Promise<number> => {
    const tokens = Array.from({ length: count }, (_, index) => (index * 7919) % vocabularySize as Token);
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
  let took = await read(smallest / 4) * 2;
  for (const larger of PROMPT_CHUNKS) {
    // Twice as many take about twice as long; what is sure to be too long is not tried.
    if (larger > sequence.context.contextSize / 2 || took * 2 > CHUNK_MS * TOLERANCE) break;
    took = await read(larger);
    if (took > CHUNK_MS * TOLERANCE) break;
    chunk = larger;
  }
  return chunk;
}
