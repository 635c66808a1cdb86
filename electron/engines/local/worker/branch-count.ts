import type { Llama, LlamaModel } from 'node-llama-cpp';
import { MAX_BRANCHES } from '../protocol.ts';
import { freeMemory } from './devices.ts';

/** More than this share of what is free is not taken for branches besides the first. */
const SHARE = 0.25;

export interface BranchOptions {
  readonly contextSize: number;
  readonly batchSize: number;
  readonly wanted: number;
  readonly gpu: boolean;
}

/**
 * How many sequences a context gets: as many as wanted, at least one, while those besides the first fit into a quarter
 * of the free memory.
 */
export async function branchCount(
  model: LlamaModel,
  llama: Llama,
  { contextSize, batchSize, wanted, gpu }: BranchOptions,
): Promise<number> {
  const { ram, vram } = await freeMemory(llama);
  const free = gpu ? (vram ?? 0) : ram - model.size;
  const each = await bytesEach(model, contextSize, batchSize, gpu);
  return Math.max(1, Math.min(MAX_BRANCHES, wanted, 1 + Math.floor((free * SHARE) / each)));
}

/** What one more sequence takes: the difference between two and one. */
async function bytesEach(model: LlamaModel, contextSize: number, batchSize: number, gpu: boolean): Promise<number> {
  const bytes = async (sequences: number): Promise<number> => {
    const needed = await model.fileInsights.estimateContextResourceRequirementsV2({
      contextSize,
      sequences,
      modelGpuLayers: model.gpuLayers,
      batchSize,
      flashAttention: gpu ? 'auto' : false,
    });
    return gpu ? needed.gpuVram : needed.cpuRam;
  };
  return Math.max(1, (await bytes(2)) - (await bytes(1)));
}
