import type { Llama, LlamaModel, TokenPredictor } from 'node-llama-cpp';
import type { LoadedHardware } from '../../../../shared/contract/models.ts';
import { failure } from '../../../../shared/faults/failure.ts';
import type { Tuning } from '../protocol.ts';

/** The library checks one guess at a time: more of them would be read in vain. */
const GUESSES = 1;

/** `memory`: bytes that it takes. */
export interface Speculation {
  readonly kind: 'draft' | 'lookup';
  readonly memory: LoadedHardware['memory'];
  predictor(): TokenPredictor;
}
export interface SpeculationOptions {
  readonly llama: Llama;
  readonly target: LlamaModel;
  readonly tuning: Tuning;
  readonly contextSize: number;
  readonly sequences: number;
  readonly threads: number;
}

/**
 * What guesses tokens ahead, its file checked by then; one predictor for each sequence; null: nothing does. A wrong
 * guess costs time, not another reply; but a repetition penalty sees a guess one token late.
 */
export async function startSpeculation({
  llama,
  target,
  tuning,
  contextSize,
  sequences,
  threads,
}: SpeculationOptions): Promise<Speculation | null> {
  const library = await import('node-llama-cpp');
  if (tuning.draft === null) {
    return tuning.lookup
      ? {
          kind: 'lookup',
          memory: { ram: 0, vram: 0 },
          predictor: () =>
            new library.InputLookupTokenPredictor({ patternLength: { min: 2 }, predictionLength: { max: GUESSES } }),
        }
      : null;
  }
  const model = await llama
    .loadModel({ modelPath: tuning.draft, gpuLayers: tuning.gpuLayers, ignoreMemorySafetyChecks: true })
    .catch((error: unknown) => {
      throw failure('DRAFT_UNREADABLE', {}, { detail: String(error) });
    });
  if (!sameVocabulary(model, target)) throw failure('DRAFT_VOCABULARY', {});
  // Larger by one step, so that a guess at the end of the context finds room.
  const context = await model.createContext({
    contextSize: contextSize + 256,
    sequences,
    threads,
    flashAttention: false,
    failedCreationRemedy: false,
    ignoreMemorySafetyChecks: true,
  });
  // What the target's tokens are biased by belongs to the target.
  const tokenBias = new library.TokenBias(model.tokenizer);
  return {
    kind: 'draft',
    memory: {
      ram: model.memoryUsage.ram + context.memoryUsage.ram,
      vram: model.memoryUsage.vram + context.memoryUsage.vram,
    },
    predictor: () =>
      new library.DraftSequenceTokenPredictor(context.getSequence(), {
        minTokens: GUESSES,
        maxTokens: GUESSES,
        evaluateOptions: { tokenBias },
      }),
  };
}

function sameVocabulary(one: LlamaModel, other: LlamaModel): boolean {
  const tokens = tokensOf(one);
  const others = tokensOf(other);
  return tokens.length === others.length && tokens.every((text, id) => text === others[id]);
}

function tokensOf({ fileInfo }: LlamaModel): readonly string[] {
  return fileInfo.metadata.tokenizer.ggml.tokens ?? [];
}
