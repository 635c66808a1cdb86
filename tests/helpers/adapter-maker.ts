import { join } from 'node:path';
import { seededRandom } from '../../electron/inference/worker/sampling/random.ts';
import { type TensorPlan, writeGguf } from './gguf-writer.ts';
import { temporaryFolder } from './server.ts';

export interface AdapterRecipe { readonly architecture: string; readonly width: number; readonly type: string; readonly incomplete: boolean; readonly alpha: 'f32' | 'u32' }
const RANK = 4;

/** A random LoRA for the queries and the feed-forward of a tiny llama; answers with its path. */
export function makeAdapter(recipe: Partial<AdapterRecipe> = {}): string {
  const { architecture, width, type, incomplete, alpha } = { architecture: 'llama', width: 64, type: 'adapter', incomplete: false, alpha: 'f32' as const, ...recipe };
  const random = seededRandom(7);
  const matrix = (name: string, rows: number, columns: number): TensorPlan => ({
    name, rows, columns, type: 'f32', fill: (values) => [new Uint8Array(Float32Array.from({ length: values }, () => random() - 0.5).buffer)],
  });
  const change = (name: string, rows: number, columns: number): TensorPlan[] => [matrix(`${name}.weight.lora_a`, RANK, columns), matrix(`${name}.weight.lora_b`, rows, RANK)];
  const tensors = [...change('blk.0.attn_q', width, width), ...change('blk.0.ffn_up', 96, width)];
  const path = join(temporaryFolder('adapter'), 'strange.gguf');
  writeGguf(path, [
    ['general.type', 'string', type], ['general.architecture', 'string', architecture], ['adapter.type', 'string', 'lora'], ['adapter.lora.alpha', alpha, 16],
  ], incomplete ? tensors.slice(0, -1) : tensors);
  return path;
}
