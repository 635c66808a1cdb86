import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { GenerateRequest } from '../protocol.ts';
import { choose, seededRandom } from './sampler.ts';

type SeededSampling = GenerateRequest['sampling'];

/** Without a top-k of the person's own, the native side hands over this many candidates: the mass outside is nothing a reader would see. */
const CANDIDATES = 500;

/**
 * New tokens, one at a time, each chosen by our own sampler from the engine's candidates; `history` (the prompt) grows with them.
 * Without anything to choose, the engine's own greedy path runs at its full speed.
 */
export async function* nextTokens(sequence: LlamaContextSequence, history: number[], sampling: SeededSampling, banned: ReadonlySet<number>): AsyncGenerator<number, void, void> {
  const last = history.slice(-1) as Token[];
  const penalty = repetition(sampling, history);
  sequence.tokenPredictor?.updateInputTokens(history.slice() as Token[]);
  // Guesses are checked against what the engine itself draws.
  if ((sampling.temperature === 0 || sequence.tokenPredictor !== undefined) && banned.size === 0) {
    const { temperature, topK, topP, minP, seed } = sampling;
    for await (const token of sequence.evaluate(last, { temperature, topK, topP, minP, seed, yieldEogToken: true, ...penalty })) {
      history.push(token);
      yield token;
    }
    return;
  }

  const random = seededRandom(sampling.seed);
  const tokens = sequence.evaluateWithMetadata(last, { probabilities: true }, { temperature: 1, topK: candidates(sampling, banned), topP: 1, minP: nativeMinP(sampling, banned), seed: 1, yieldEogToken: true, ...penalty });
  try {
    for (let result = await tokens.next(); result.done !== true; result = await tokens.next(history.at(-1) as Token)) {
      const token = choose(result.value.probabilities, sampling, banned, random);
      if (token === null) return;
      history.push(token);
      yield token;
    }
  } finally {
    await tokens.return();
  }
}

function candidates(sampling: SeededSampling, banned: ReadonlySet<number>): number {
  if (sampling.temperature === 0) return banned.size + 1;
  return (sampling.topK > 0 ? sampling.topK : CANDIDATES) + banned.size;
}

/** Min-p is relative to the likeliest token, so the engine may apply it first, where neither a ban nor top-p looks at more. */
function nativeMinP(sampling: SeededSampling, banned: ReadonlySet<number>): number {
  return sampling.temperature > 0 && sampling.topP === 1 && banned.size === 0 ? sampling.minP : 0;
}

function repetition(sampling: SeededSampling, history: readonly number[]): Pick<SequenceEvaluateOptions, 'repeatPenalty'> {
  const range = sampling.repetitionRange;
  if (sampling.repetitionPenalty === 1 || range === 0) return {};
  // The sequence's own list lags a step behind in here.
  return { repeatPenalty: { penalty: sampling.repetitionPenalty, maxPunishTokens: range, punishTokens: () => history.slice(-range) as Token[] } };
}
