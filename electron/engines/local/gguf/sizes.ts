import { RECURRENT, SINGLE_EXPERT } from './architectures.ts';
import { failure, fault } from '../../../../shared/faults/failure.ts';
import type { Bounds, Keys } from './metadata-keys.ts';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';

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
const CONTEXT: Bounds = { key: 'context_length', least: 0, most: 2 ** 32 - 1 };
/** No model was trained with more: sixteen million tokens. */
const REASONABLE_CONTEXT = 2 ** 24;
const EMBEDDING: Bounds = { key: 'embedding_length', least: 1, most: 65_536 };
const LAYERS: Bounds = { key: 'block_count', least: 1, most: 512 };
const FEED: Bounds = { key: 'feed_forward_length', least: 1, most: 2 ** 20 };
const HEADS: Bounds = { key: 'attention.head_count', least: 1, most: 4096 };
const KEY_HEADS: Bounds = { ...HEADS, key: 'attention.head_count_kv', least: 0 };
const KEY_WIDTH: Bounds = { key: 'attention.key_length', least: 1, most: 4096 };
const VALUE_WIDTH: Bounds = { ...KEY_WIDTH, key: 'attention.value_length' };
const ROTATED: Bounds = { key: 'rope.dimension_count', least: 2, most: 4096 };
const EXPERTS: Bounds = { key: 'expert_count', least: 0, most: MAX_EXPERTS };
const USED_EXPERTS: Bounds = { ...EXPERTS, key: 'expert_used_count' };
const GROUPS: Bounds = { ...EXPERTS, key: 'expert_group_count' };
const USED_GROUPS: Bounds = { ...GROUPS, key: 'expert_group_used_count' };
const EXTRA_LAYERS: Bounds = { ...LAYERS, key: 'nextn_predict_layers', least: 0 };
const EPSILONS: readonly Bounds[] = (['attention.layer_norm_epsilon', 'attention.layer_norm_rms_epsilon'] as const).map(
  (key) => ({
    key,
    least: 0,
    most: 1,
  }),
);
const REALS: readonly Bounds[] = [
  { key: 'rope.freq_base', least: 0, most: 1e12 },
  { key: 'rope.scaling.factor', least: 0, most: 1e6 },
];
const SCALINGS = new Set(['none', 'linear', 'yarn', 'longrope']);
/** Which layer norm a founding architecture has. */
const EPSILON_OF: ReadonlyMap<string, string> = new Map([
  ['gptneox', 'layer_norm_epsilon'],
  ['llama', 'layer_norm_rms_epsilon'],
  ['stablelm', 'layer_norm_epsilon'],
]);

/** The numbers whose wrong values are known to abort or hang the engine, or to make it refuse. */
export function readSizes(keys: Keys, architecture: string, warn: (warning: StudioFault) => void): Sizes {
  const prefix = `${architecture}.`;
  const founding = EPSILON_OF.get(architecture);
  const optional = (bounds: Bounds) => keys.whole(prefix, bounds);
  const needed = (bounds: Bounds): PerLayer => optional(bounds) ?? missing(prefix, bounds);
  const single = (bounds: Bounds): number => largest(needed(bounds));

  const embedding = single(EMBEDDING);
  const layers = single(LAYERS);
  if (largest(optional(EXTRA_LAYERS) ?? 0) > layers)
    throw failure('FILE_PREDICTION_LAYERS', {}, { detail: `${prefix}${EXTRA_LAYERS.key}` });
  const context = single(CONTEXT);
  const contextLength = context > 0 && context <= REASONABLE_CONTEXT ? context : null;
  if (contextLength === null) warn(fault('ODD_CONTEXT', { tokens: context }));

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
    throw failure('FILE_HEADS', { heads, keyHeads });
  const share = headCount > 0 ? embedding / headCount : 0;
  const keyWidth = largest(optional(KEY_WIDTH) ?? share);
  const valueWidth = largest(optional(VALUE_WIDTH) ?? share);
  if (founding !== undefined && !(Number.isInteger(keyWidth) && Number.isInteger(valueWidth)))
    throw failure('FILE_HEAD_WIDTH', { heads: headCount, width: embedding });

  checkRotation(keys, prefix, founding !== undefined, keyWidth);
  if (architecture === 'llama' && largest(optional(ROTATED) ?? keyWidth) !== keyWidth)
    throw failure('FILE_PARTIAL_ROTATION', {}, { detail: `${prefix}${ROTATED.key}` });
  for (const bounds of EPSILONS) keys.real(prefix, bounds);
  if (founding !== undefined && !keys.has(`${prefix}attention.${founding}`))
    throw failure('FILE_NO_EPSILON', {}, { detail: `${prefix}attention.${founding}` });
  if (architecture === 'gptneox' && keys.flag('gptneox.use_parallel_residual') === null)
    throw failure('FILE_NO_PARALLEL', {}, { detail: 'gptneox.use_parallel_residual' });
  if (keys.flag(`${prefix}attention.causal`) === false)
    throw failure('FILE_NOT_CAUSAL', {}, { detail: `${prefix}attention.causal` });
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
  if (!fits) throw failure('FILE_EXPERTS', { used, experts, groups });
  return experts;
}

function checkRotation(keys: Keys, prefix: string, founding: boolean, headWidth: number): void {
  const given = keys.whole(prefix, ROTATED) ?? (founding ? headWidth : null);
  const rotated = given === null ? null : largest(given);
  if (rotated !== null && (rotated % 2 !== 0 || (headWidth > 0 && rotated > headWidth)))
    throw failure('FILE_ROTATION', { rotated, width: headWidth }, { detail: `${prefix}${ROTATED.key}` });
  const scaling = keys.text(`${prefix}rope.scaling.type`);
  if (scaling !== null && !SCALINGS.has(scaling))
    throw failure('FILE_ROTATION_SCALING', {}, { detail: `${prefix}rope.scaling.type: ${scaling.slice(0, 40)}` });
  for (const bounds of REALS) keys.real(prefix, bounds);
}

function missing(prefix: string, { key }: Bounds): never {
  throw failure('FILE_NO_SIZE', { size: key }, { detail: prefix + key });
}

/** The engine ends itself where a layer of these has other heads than its weights. */
function assertAlike(value: PerLayer, architecture: string): void {
  if (typeof value !== 'number' && new Set(value).size > 1)
    throw failure('FILE_LAYERS_DIFFER', { architecture }, { detail: value.join(', ') });
}

function largest(value: PerLayer): number {
  return typeof value === 'number' ? value : Math.max(...value);
}
