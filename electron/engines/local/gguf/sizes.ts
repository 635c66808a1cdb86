import { RECURRENT, SINGLE_EXPERT } from './architectures.ts';
import { damaged } from './gguf-fault.ts';
import type { Bounds, Keys } from './keys.ts';
import type { Warning } from './warning.ts';

/** The numbers that a model is built by; where its layers differ, the largest. */
export interface Sizes {
  readonly embedding: number;
  readonly layers: number;
  /** In tokens; null where the file says nothing that could be. */
  readonly contextLength: number | null;
  readonly feed: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
  readonly experts: number;
}
/** A list has a number for each layer. */
type PerLayer = number | readonly number[];

const MAX_EXPERTS = 1024;
const CONTEXT: Bounds = { key: 'context_length', what: 'context length', least: 0, most: 2 ** 32 - 1 };
/** No model was trained with more: sixteen million tokens. */
const REASONABLE_CONTEXT = 2 ** 24;
const EMBEDDING: Bounds = { key: 'embedding_length', what: 'width', least: 1, most: 65_536 };
const LAYERS: Bounds = { key: 'block_count', what: 'number of layers', least: 1, most: 512 };
const FEED: Bounds = { key: 'feed_forward_length', what: 'feed-forward width', least: 1, most: 2 ** 20 };
const HEADS: Bounds = { key: 'attention.head_count', what: 'number of attention heads', least: 1, most: 4096 };
const KEY_HEADS: Bounds = { ...HEADS, key: 'attention.head_count_kv', what: 'number of key heads', least: 0 };
const KEY_WIDTH: Bounds = { key: 'attention.key_length', what: 'width of an attention head', least: 1, most: 4096 };
const VALUE_WIDTH: Bounds = { ...KEY_WIDTH, key: 'attention.value_length' };
const ROTATED: Bounds = { key: 'rope.dimension_count', what: 'number of rotated dimensions', least: 2, most: 4096 };
const EXPERTS: Bounds = { key: 'expert_count', what: 'number of experts', least: 0, most: MAX_EXPERTS };
const USED_EXPERTS: Bounds = { ...EXPERTS, key: 'expert_used_count', what: 'number of experts that are used' };
const GROUPS: Bounds = { ...EXPERTS, key: 'expert_group_count', what: 'number of groups of experts' };
const USED_GROUPS: Bounds = { ...GROUPS, key: 'expert_group_used_count' };
const EXTRA_LAYERS: Bounds = { ...LAYERS, key: 'nextn_predict_layers', what: 'number of prediction layers', least: 0 };
const EPSILONS: readonly Bounds[] = ['layer_norm_epsilon', 'layer_norm_rms_epsilon'].map((name) => ({
  key: `attention.${name}`,
  what: 'smallest deviation',
  least: 0,
  most: 1,
}));
const REALS: readonly Bounds[] = [
  { key: 'rope.freq_base', what: 'base of the rotation', least: 0, most: 1e12 },
  { key: 'rope.scaling.factor', what: 'scale of the rotation', least: 0, most: 1e6 },
];
const SCALINGS = new Set(['none', 'linear', 'yarn', 'longrope']);
/** Which layer norm a founding architecture has. */
const EPSILON_OF: ReadonlyMap<string, string> = new Map([
  ['gptneox', 'layer_norm_epsilon'],
  ['llama', 'layer_norm_rms_epsilon'],
  ['stablelm', 'layer_norm_epsilon'],
]);

/** The numbers whose wrong values are known to abort or hang the engine, or to make it refuse. */
export function readSizes(keys: Keys, architecture: string, warn: (warning: Warning) => void): Sizes {
  const prefix = `${architecture}.`;
  const founding = EPSILON_OF.get(architecture);
  const optional = (bounds: Bounds) => keys.whole(prefix, bounds);
  const needed = (bounds: Bounds): PerLayer => optional(bounds) ?? missing(prefix, bounds);
  const single = (bounds: Bounds): number => largest(needed(bounds));

  const embedding = single(EMBEDDING);
  const layers = single(LAYERS);
  if (largest(optional(EXTRA_LAYERS) ?? 0) > layers)
    throw damaged('RANGE', 'has more prediction layers than layers', `${prefix}${EXTRA_LAYERS.key}`);
  const context = single(CONTEXT);
  const contextLength = context > 0 && context <= REASONABLE_CONTEXT ? context : null;
  if (contextLength === null)
    warn({
      code: 'CONTEXT',
      message: `The file says that this model was trained with ${context.toLocaleString('en')} tokens of context, which cannot be. Look up the right number where you got the model, and set the context size to no more.`,
    });

  const experts = checkExperts(optional, SINGLE_EXPERT.has(architecture));
  const recurrent = RECURRENT.has(architecture);
  const feed =
    optional(recurrent ? { ...FEED, least: 0 } : FEED) ??
    (recurrent || (founding === undefined && keys.has(`${prefix}expert_feed_forward_length`))
      ? 0
      : missing(prefix, FEED));
  const heads = optional(recurrent ? { ...HEADS, least: 0 } : HEADS) ?? (recurrent ? 0 : missing(prefix, HEADS));
  const keyHeads = optional(KEY_HEADS) ?? heads;
  if (founding !== undefined) for (const value of [feed, heads, keyHeads]) assertAlike(value, architecture);
  const headCount = largest(heads);
  if (typeof heads === 'number' && typeof keyHeads === 'number' && keyHeads > 0 && heads % keyHeads !== 0)
    throw damaged('RANGE', `has ${heads} attention heads for ${keyHeads} key heads, which cannot be shared out`);
  const share = headCount > 0 ? embedding / headCount : 0;
  const keyWidth = largest(optional(KEY_WIDTH) ?? share);
  const valueWidth = largest(optional(VALUE_WIDTH) ?? share);
  if (founding !== undefined && !(Number.isInteger(keyWidth) && Number.isInteger(valueWidth)))
    throw damaged('RANGE', `has ${headCount} attention heads for a width of ${embedding}, which cannot be shared out`);

  checkRotation(keys, prefix, founding !== undefined, keyWidth);
  if (architecture === 'llama' && largest(optional(ROTATED) ?? keyWidth) !== keyWidth)
    throw damaged(
      'RANGE',
      'rotates a part of each attention head, where this kind of model rotates all of it',
      `${prefix}${ROTATED.key}`,
    );
  for (const bounds of EPSILONS) keys.real(prefix, bounds);
  if (founding !== undefined && !keys.has(`${prefix}attention.${founding}`))
    throw damaged('MISSING', 'does not say the smallest deviation of its layer norm', `${prefix}attention.${founding}`);
  if (architecture === 'gptneox' && keys.flag('gptneox.use_parallel_residual') === null)
    throw damaged('MISSING', 'does not say whether its layers work in parallel', 'gptneox.use_parallel_residual');
  if (keys.flag(`${prefix}attention.causal`) === false)
    throw damaged('ARCH', 'holds a model that reads whole texts and cannot write', `${prefix}attention.causal`);
  return {
    embedding,
    layers,
    contextLength,
    feed: largest(feed),
    heads: headCount,
    keyHeads: largest(keyHeads),
    keyWidth,
    valueWidth,
    experts,
  };
}

function checkExperts(optional: (bounds: Bounds) => PerLayer | null, singleIsNone: boolean): number {
  const experts = largest(optional(EXPERTS) ?? 0);
  if (singleIsNone && experts <= 1) return 0;
  const used = largest(optional(USED_EXPERTS) ?? 0);
  const groups = largest(optional(GROUPS) ?? 0);
  const usedGroups = largest(optional(USED_GROUPS) ?? 0);
  const fits =
    experts === 0
      ? used === 0 && groups === 0
      : used > 0 &&
        used <= experts &&
        groups < experts &&
        (groups <= 1 || (experts % groups === 0 && usedGroups > 0 && usedGroups < groups));
  if (!fits) throw damaged('RANGE', `uses ${used} of ${experts} experts in ${groups} groups, which cannot be`);
  return experts;
}

function checkRotation(keys: Keys, prefix: string, founding: boolean, headWidth: number): void {
  const given = keys.whole(prefix, ROTATED) ?? (founding ? headWidth : null);
  const rotated = given === null ? null : largest(given);
  if (rotated !== null && (rotated % 2 !== 0 || (headWidth > 0 && rotated > headWidth)))
    throw damaged(
      'RANGE',
      `rotates ${rotated} of the ${headWidth} dimensions of an attention head, which cannot be`,
      `${prefix}${ROTATED.key}`,
    );
  const scaling = keys.text(`${prefix}rope.scaling.type`);
  if (scaling !== null && !SCALINGS.has(scaling))
    throw damaged(
      'RANGE',
      'scales its rotation in a way that nobody knows',
      `${prefix}rope.scaling.type: ${scaling.slice(0, 40)}`,
    );
  for (const bounds of REALS) keys.real(prefix, bounds);
}

function missing(prefix: string, { key, what }: Bounds): never {
  throw damaged('MISSING', `does not say its ${what}`, prefix + key);
}

/** The engine ends itself where a layer of these has other heads than its weights. */
function assertAlike(value: PerLayer, architecture: string): void {
  if (typeof value !== 'number' && new Set(value).size > 1)
    throw damaged('RANGE', `has layers that differ, which ${architecture} models have not`, value.join(', '));
}

function largest(value: PerLayer): number {
  return typeof value === 'number' ? value : Math.max(...value);
}
