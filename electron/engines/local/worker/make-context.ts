import type { LlamaContext, LlamaContextSequence, LlamaModel } from 'node-llama-cpp';
import { failure } from '../../../../shared/faults/failure.ts';
import { type LoadOptions, MAX_BRANCHES, type Tuning } from '../protocol.ts';
import { branchCount } from './branch-count.ts';
import type { Machine } from './devices.ts';
import { batchSizeOf, keyType } from './memory-need.ts';
import { type Speculation, startSpeculation } from './speculation.ts';

export interface MadeContext {
  readonly context: LlamaContext;
  readonly sequences: readonly [LlamaContextSequence, ...LlamaContextSequence[]];
  readonly speculation: Speculation | null;
}

/** The context of a model with its sequences, its adapters, and what guesses ahead. */
export async function makeContext(
  model: LlamaModel,
  { llama, threads, devices }: Machine,
  options: LoadOptions,
  tuning: Tuning,
  contextSize: number,
): Promise<MadeContext> {
  const gpu = devices.length > 0;
  const batchSize = batchSizeOf(tuning, contextSize);
  const count = await branchCount(model, llama, {
    contextSize,
    batchSize,
    wanted: options.branches ?? MAX_BRANCHES,
    gpu,
  });
  const context = await model.createContext({
    contextSize,
    sequences: count,
    threads,
    batchSize,
    flashAttention: gpu ? 'auto' : false,
    experimentalKvCacheKeyType: keyType(tuning.keyCache),
    failedCreationRemedy: false,
    ignoreMemorySafetyChecks: true,
    ...(tuning.adapters.length === 0
      ? {}
      : { lora: { adapters: tuning.adapters.map(({ path, scale }) => ({ filePath: path, scale })) } }),
  });
  const speculation = await startSpeculation({ llama, target: model, tuning, contextSize, sequences: count, threads });
  const sequence = (): LlamaContextSequence =>
    context.getSequence({
      contextShift: {
        strategy: () => {
          throw failure('WINDOW_FULL', {});
        },
      },
      ...(speculation === null ? {} : { tokenPredictor: speculation.predictor() }),
    });
  return { context, sequences: [sequence(), ...Array.from({ length: count - 1 }, sequence)], speculation };
}
