import { failure } from '../../../../shared/faults/failure.ts';
import type { Sizes } from './sizes.ts';
import type { Tensors } from './tensors.ts';

/**
 * What a founding architecture is built of: names of the whole, and of each layer. Where there are several, one of
 * them.
 */
const norm = (name: string): string[] => [`${name}.weight`, `${name}.bias`];
const ATTENTION = [
  'attn_q.weight or attn_qkv.weight',
  'attn_k.weight or attn_qkv.weight',
  'attn_v.weight or attn_qkv.weight',
  'attn_output.weight',
];
const FEED = [
  'ffn_gate.weight or ffn_gate_exps.weight or ffn_gate_up_exps.weight or ffn_up_exps.weight',
  'ffn_up.weight or ffn_up_exps.weight or ffn_gate_up_exps.weight',
  'ffn_down.weight or ffn_down_exps.weight',
];
const BUILDS: ReadonlyMap<string, { readonly whole: readonly string[]; readonly layer: readonly string[] }> = new Map([
  [
    'gptneox',
    {
      whole: [...norm('output_norm'), 'output.weight'],
      layer: ['attn_norm', 'attn_qkv', 'attn_output', 'ffn_norm', 'ffn_up', 'ffn_down'].flatMap(norm),
    },
  ],
  ['llama', { whole: ['output_norm.weight'], layer: ['attn_norm.weight', ...ATTENTION, 'ffn_norm.weight', ...FEED] }],
  [
    'stablelm',
    { whole: [...norm('output_norm'), 'output.weight'], layer: [...norm('attn_norm'), ...ATTENTION, ...FEED] },
  ],
]);

/** Whether the weights are there and as large as the numbers say. Of other architectures only what all have. */
export function assertBuild(architecture: string, tensors: Tensors, sizes: Sizes, vocabularySize: number): void {
  const rows = tensors.get('token_embd.weight')?.dimensions[1];
  if (rows === undefined) throw lacks('token_embd.weight');
  if (rows !== vocabularySize) throw failure('FILE_EMBEDDINGS', { tokens: vocabularySize, rows });
  const build = BUILDS.get(architecture);
  if (build === undefined) return;
  for (const names of build.whole) assertOneOf(names, '', tensors);
  for (let layer = 0; layer < sizes.layers; layer++)
    for (const names of build.layer) assertOneOf(names, `blk.${layer}.`, tensors);
  const shapes = shapesOf(sizes, vocabularySize);
  for (const [name, { dimensions }] of tensors) assertShape(name, dimensions, shapes);
}

function assertOneOf(names: string, prefix: string, tensors: Tensors): void {
  const choices = names.split(' or ');
  if (!choices.some((name) => tensors.has(prefix + name))) throw lacks(prefix + (choices[0] ?? ''));
}

function lacks(name: string): Error {
  return failure('FILE_NO_TENSOR', { name });
}

/** The shape of each matrix, [length of a row, rows]. */
function shapesOf(
  { embedding, feed, heads, keyHeads, keyWidth, valueWidth }: Sizes,
  vocabularySize: number,
): ReadonlyMap<string, readonly number[]> {
  const [queries, keys, values] = [heads * keyWidth, keyHeads * keyWidth, keyHeads * valueWidth];
  return new Map<string, readonly number[]>([
    ['token_embd', [embedding, vocabularySize]],
    ['output', [embedding, vocabularySize]],
    ['output_norm', [embedding]],
    ['attn_norm', [embedding]],
    ['ffn_norm', [embedding]],
    ['attn_q', [embedding, queries]],
    ['attn_k', [embedding, keys]],
    ['attn_v', [embedding, values]],
    ['attn_qkv', [embedding, queries + keys + values]],
    ['attn_output', [queries, embedding]],
    ['ffn_gate', [embedding, feed]],
    ['ffn_up', [embedding, feed]],
    ['ffn_down', [feed, embedding]],
  ]);
}

function assertShape(
  name: string,
  dimensions: readonly number[],
  shapes: ReadonlyMap<string, readonly number[]>,
): void {
  const [, part, kind] = /^(?:blk\.\d+\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const shape = shapes.get(part ?? '');
  if (shape === undefined) return;
  const expected = kind === 'bias' ? shape.slice(-1) : shape;
  const given = dimensions.filter((size, index) => index < expected.length || size !== 1);
  if (given.length !== expected.length || given.some((size, index) => size !== expected[index]))
    throw failure('FILE_SHAPE', { name }, { detail: `${dimensions.join(' × ')} instead of ${expected.join(' × ')}` });
}
