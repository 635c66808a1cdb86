import { join } from 'node:path';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { type TensorPlan, writeGguf } from './gguf-writer.ts';
import { temporaryFolder } from './server.ts';

/** `alpha`: the type that its strength is stored as. `matrices`: what it changes. */
export interface AdapterRecipe {
  readonly architecture: string;
  readonly type: string;
  readonly incomplete: boolean;
  readonly alpha: 'f32' | 'u32';
  readonly rank: number;
  readonly matrices: readonly (readonly [name: string, rows: number, columns: number])[];
}
/** For a tiny llama. */
const PLAIN: AdapterRecipe = {
  architecture: 'llama',
  type: 'adapter',
  incomplete: false,
  alpha: 'f32',
  rank: 4,
  matrices: [
    ['blk.0.attn_q', 64, 64],
    ['blk.0.ffn_up', 96, 64],
  ],
};

/** A random LoRA; answers with its path. */
export function makeAdapter(recipe: Partial<AdapterRecipe> = {}): string {
  const { architecture, type, incomplete, alpha, rank, matrices } = { ...PLAIN, ...recipe };
  const random = seededRandom(7);
  const matrix = (name: string, rows: number, columns: number): TensorPlan => ({
    name,
    rows,
    columns,
    type: 'f32',
    fill: (values) => [new Uint8Array(Float32Array.from({ length: values }, () => random() - 0.5).buffer)],
  });
  const tensors = matrices.flatMap(([name, rows, columns]) => [
    matrix(`${name}.weight.lora_a`, rank, columns),
    matrix(`${name}.weight.lora_b`, rows, rank),
  ]);
  const path = join(temporaryFolder('adapter'), 'strange.gguf');
  writeGguf(
    path,
    [
      ['general.type', 'string', type],
      ['general.architecture', 'string', architecture],
      ['adapter.type', 'string', 'lora'],
      ['adapter.lora.alpha', alpha, 16],
    ],
    incomplete ? tensors.slice(0, -1) : tensors,
  );
  return path;
}
