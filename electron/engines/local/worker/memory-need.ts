import { statSync } from 'node:fs';
import type { GgufTensorInfo, Llama } from 'node-llama-cpp';
import type { LoadedHardware, MemoryEstimate, Survey } from '../../../../shared/contract/models.ts';
import { PROMPT_CHUNKS } from '../../../../shared/settings/hardware.ts';
import { estimateMemory, type Need } from '../host/memory-estimate.ts';
import { readGgufHeader } from '../gguf/header.ts';
import { tensorBytes } from '../gguf/tensors.ts';
import { DEFAULT_TUNING, type LoadOptions, PROMPT_CHUNK, type Tuning } from '../protocol.ts';
import { freeMemory, type Library, startMachine } from './devices.ts';

/** What a load would find, without loading. */
export async function survey(
  options: LoadOptions,
  freed: LoadedHardware['memory'],
  started: Library | null,
): Promise<Survey> {
  const tuning = { ...DEFAULT_TUNING, ...options.tuning };
  readGgufHeader(options.path);
  const { llama, devices } = await startMachine(options, tuning, started);
  try {
    return { estimate: (await estimateLoad(llama, options, tuning, freed)).estimate, devices };
  } finally {
    await llama.dispose();
  }
}

/** What a load will take, by the engine's own simulation; for files that passed the header check. */
export async function estimateLoad(
  llama: Llama,
  options: LoadOptions,
  tuning: Tuning,
  freed = { ram: 0, vram: 0 },
): Promise<{ estimate: MemoryEstimate; gpuLayers: number }> {
  const free = await freeMemory(llama);
  const room = {
    ram: Math.min(free.ram + freed.ram, options.memory ?? Infinity),
    vram: free.vram === null ? null : free.vram + freed.vram,
  };
  const { need, trainedContext, gpuLayers } = await simulate(llama, options.path, tuning);
  const besides = await companions(llama, tuning);
  const whole = async (contextSize: number): Promise<Need> =>
    added(await need(contextSize), await besides(contextSize));
  return { estimate: await estimateMemory(whole, options.contextSize, trainedContext, room), gpuLayers };
}

/** What comes with a model: its adapters, and the model that guesses ahead. */
async function companions(llama: Llama, tuning: Tuning): Promise<Simulation['need']> {
  if (tuning.draft !== null) readGgufHeader(tuning.draft);
  const draft = tuning.draft === null ? null : await simulate(llama, tuning.draft, { ...tuning, keyCache: 'f16' });
  return async (contextSize) =>
    added(
      { weights: adapterBytes(tuning), repacked: 0, context: 0, vram: 0 },
      draft === null ? null : await draft.need(contextSize),
    );
}

export function adapterBytes({ adapters }: Tuning): number {
  return adapters.reduce((sum, { path }) => sum + statSync(path).size, 0);
}

function added(one: Need, other: Need | null): Need {
  if (other === null) return one;
  return {
    weights: one.weights + other.weights,
    repacked: one.repacked + other.repacked,
    context: one.context + other.context,
    vram: one.vram + other.vram,
  };
}

interface Simulation {
  readonly trainedContext: number;
  readonly gpuLayers: number;
  need(contextSize: number): Promise<Need>;
}

async function simulate(llama: Llama, path: string, tuning: Tuning): Promise<Simulation> {
  const { GgmlType: types, GgufInsights, readGgufFileInfo } = await import('node-llama-cpp');
  const info = await readGgufFileInfo(path);
  const insights = await GgufInsights.from(info, llama);
  const flashAttention = llama.supportsGpuOffloading ? 'auto' : false;
  const { gpuLayers } = await insights.configurationResolver.resolveModelGpuLayersV2(
    llama.supportsGpuOffloading ? tuning.gpuLayers : 0,
    { ignoreMemorySafetyChecks: true, defaultContextFlashAttention: flashAttention },
  );
  const model = await insights.estimateModelResourceRequirementsV2({ gpuLayers });
  const quantised = quantisedBytes(info.fullTensorInfo ?? [], new Set([types.F32, types.F16, types.BF16]));
  const onProcessor = model.cpuRam / Math.max(1, model.cpuRam + model.gpuVram);
  return {
    // Some files say 0.
    trainedContext: insights.trainContextSize || Infinity,
    gpuLayers,
    async need(contextSize) {
      const context = await insights.estimateContextResourceRequirementsV2({
        contextSize,
        modelGpuLayers: gpuLayers,
        batchSize: batchSizeOf(tuning, contextSize),
        sequences: 1,
        flashAttention,
        kvCacheKeyType: types[keyType(tuning.keyCache)],
      });
      return {
        weights: model.cpuRam,
        repacked: Math.round(quantised * onProcessor),
        context: context.cpuRam,
        vram: model.gpuVram + context.gpuVram,
      };
    },
  };
}

/**
 * Measurements read in chunks of PROMPT_CHUNK whatever stories are read in; a chunk to be measured may become the
 * largest.
 */
export function batchSizeOf({ promptChunk }: Tuning, contextSize: number): number {
  return Math.min(contextSize, Math.max(PROMPT_CHUNK, promptChunk ?? Math.max(...PROMPT_CHUNKS)));
}

export function keyType(keyCache: Tuning['keyCache']): 'F16' | 'Q8_0' | 'Q4_0' {
  return ({ f16: 'F16', q8_0: 'Q8_0', q4_0: 'Q4_0' } as const)[keyCache];
}

/**
 * The processor keeps a second copy of quantised matrices, in an order that it computes faster with; the embedding is
 * only looked up.
 */
function quantisedBytes(tensors: readonly GgufTensorInfo[], floats: ReadonlySet<number>): number {
  return tensors
    .filter(
      ({ name, dimensions, ggmlType }) =>
        dimensions.length > 1 && name !== 'token_embd.weight' && !floats.has(ggmlType),
    )
    .reduce((sum, { dimensions, ggmlType }) => sum + (tensorBytes(ggmlType, dimensions.map(Number)) ?? 0), 0);
}
