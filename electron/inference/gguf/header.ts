import { EngineFault } from '../fault.ts';
import { ARCHITECTURES } from './architectures.ts';
import { BoundedReader } from './reader.ts';
import { assertComplete, readTensors, type Tensor } from './tensors.ts';
import { type GgufValue, readValue } from './values.ts';

/** What a model file says of itself. */
export interface GgufHeader {
  readonly architecture: string;
  readonly name: string;
  readonly contextLength: number;
  readonly layers: number;
  readonly embedding: number;
  readonly bytes: number;
  readonly chatTemplate: string | null;
  readonly vocabulary: {
    readonly kind: 'bpe' | 'spm';
    readonly size: number;
    readonly bos: boolean;
    /** Texts of control and user-defined tokens: what marks turns, where the model has such tokens. */
    readonly special: readonly string[];
  };
}

const MAX_KEYS = 10_000;
const MAX_TENSORS = 100_000;
const MAX_KEY = 1024;
const KEPT_LISTS = new Set(['tokenizer.ggml.tokens', 'tokenizer.ggml.token_type']);
const CONTROL = 3, USER_DEFINED = 4;
/** Far more than any template or vocabulary needs for its marks; what is beyond is not passed on. */
const MAX_SPECIAL = 1024;

/**
 * A strict check of a model file before the engine sees it: llama.cpp aborts or hangs on many damaged ones. Bounded in memory and time; throws an EngineFault worded for people.
 * It reads foreign bytes: main calls it through `inspectModel` only.
 */
export function readGgufHeader(path: string): GgufHeader {
  const reader = new BoundedReader(path);
  try {
    if (reader.size < 24 || reader.bytes(4).toString('latin1') !== 'GGUF') {
      throw new EngineFault('NOT_GGUF', reader.size === 0 ? 'This file is empty. Download the model again.' : 'This is not a model file. Paphos opens GGUF files (their names end in .gguf).');
    }
    const version = reader.u32();
    if (version < 2 || version > 3) throw new EngineFault('VERSION', 'This model file has a format version that Paphos does not know. Look for a newer download of the model.', `GGUF version ${version}`);
    const tensorCount = reader.count('the number of tensors', MAX_TENSORS);
    const keys = readKeys(reader, reader.count('the number of keys', MAX_KEYS));
    const tensors = readTensors(reader, tensorCount);
    const alignment = keys.get('general.alignment') ?? 32;
    assertComplete(tensors, reader.position, typeof alignment === 'number' ? alignment : 0, reader.size);
    return describe(keys, tensors, reader.size);
  } finally {
    reader.close();
  }
}

function readKeys(reader: BoundedReader, count: number): ReadonlyMap<string, GgufValue> {
  const keys = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.text('the length of a key', MAX_KEY);
    if (keys.has(key)) throw damaged('KEY', `${key} occurs twice`);
    keys.set(key, readValue(reader, key, KEPT_LISTS.has(key)));
  }
  return keys;
}

function describe(keys: ReadonlyMap<string, GgufValue>, tensors: ReadonlyMap<string, Tensor>, bytes: number): GgufHeader {
  const architecture = keys.get('general.architecture');
  if (typeof architecture !== 'string' || !ARCHITECTURES.has(architecture)) {
    const named = typeof architecture === 'string' && /^[\w.-]{1,40}$/.test(architecture) ? ` (${architecture})` : '';
    throw new EngineFault('ARCH', `Paphos does not know this kind of model${named}. It may be newer than this version, or no text model. Choose another one.`);
  }
  const parts = keys.get('split.count');
  if (typeof parts === 'number' && parts > 1) throw new EngineFault('SPLIT', `This is one of ${parts} parts of a model. Paphos opens models in one file: join the parts, or download a single file.`);
  const { embedding, layers, contextLength } = readSizes(keys, architecture);
  const vocabulary = describeVocabulary(keys, tensors);
  const name = keys.get('general.name');
  const template = keys.get('tokenizer.chat_template');
  return {
    architecture, contextLength, layers, embedding, bytes, vocabulary,
    name: typeof name === 'string' && name.trim() !== '' ? name.slice(0, 200) : architecture,
    chatTemplate: typeof template === 'string' ? template : null,
  };
}

/** The numbers whose wrong values are known to abort or hang the engine. A list (per layer) is left to it. */
function readSizes(keys: ReadonlyMap<string, GgufValue>, architecture: string): { embedding: number; layers: number; contextLength: number } {
  const number = (key: string, low: number, high: number, otherwise: number | null): number | null => {
    const value = keys.get(`${architecture}.${key}`);
    if (value === undefined && otherwise === null) throw damaged('MISSING', `${architecture}.${key}`);
    if (typeof value === 'object') return null;
    const given = value ?? otherwise;
    if (typeof given !== 'number' || !Number.isInteger(given) || given < low || given > high) throw damaged('RANGE', `${architecture}.${key}: ${String(given)}`);
    return given;
  };
  const embedding = number('embedding_length', 1, 65_536, null) ?? 0;
  const layers = number('block_count', 1, 512, null) ?? 0;
  const contextLength = number('context_length', 1, 2 ** 31 - 1, null) ?? 0;
  number('feed_forward_length', 1, 2 ** 20, null);
  number('expert_count', 0, 512, 0);
  const heads = number('attention.head_count', 1, 4096, null);
  if (heads !== null) {
    const keyHeads = number('attention.head_count_kv', 0, 4096, heads);
    if (keyHeads !== null && keyHeads > 0 && heads % keyHeads !== 0) throw damaged('RANGE', `${heads} heads, ${keyHeads} for keys`);
    const width = number('attention.key_length', 1, 4096, embedding / heads);
    if (width !== null) {
      const rotated = number('rope.dimension_count', 2, 4096, Math.max(2, width));
      if (rotated !== null && (rotated % 2 !== 0 || rotated > Math.max(2, width))) throw damaged('RANGE', `rope.dimension_count: ${rotated}`);
    }
  }
  for (const key of ['layer_norm_epsilon', 'layer_norm_rms_epsilon']) {
    const value = keys.get(`${architecture}.attention.${key}`);
    if (value !== undefined && !(typeof value === 'number' && value >= 0 && value < 1)) throw damaged('RANGE', key);
  }
  const scaling = keys.get(`${architecture}.rope.scaling.type`);
  if (scaling !== undefined && !['none', 'linear', 'yarn', 'longrope'].some((known) => known === scaling)) throw damaged('RANGE', `rope.scaling.type: ${shown(scaling)}`);
  return { embedding, layers, contextLength };
}

function describeVocabulary(keys: ReadonlyMap<string, GgufValue>, tensors: ReadonlyMap<string, Tensor>): GgufHeader['vocabulary'] {
  const model = keys.get('tokenizer.ggml.model');
  if (model !== 'gpt2' && model !== 'llama') throw new EngineFault('VOCAB', 'Paphos does not know the kind of vocabulary that this model has. Choose another one.', `tokenizer.ggml.model: ${shown(model)}`);
  const tokens = keys.get('tokenizer.ggml.tokens');
  if (!isTextList(tokens) || tokens.length === 0) throw damaged('VOCAB', 'no list of tokens');
  if (new Set(tokens).size !== tokens.length) throw damaged('VOCAB', 'a token occurs twice');
  const rows = tensors.get('token_embd.weight')?.dimensions[1];
  if (rows !== undefined && rows !== tokens.length) throw damaged('VOCAB', `${tokens.length} tokens, ${rows} embeddings`);
  if (model === 'gpt2' && typeof keys.get('tokenizer.ggml.merges') !== 'object') throw damaged('VOCAB', 'no merges');
  if (model === 'llama' && !tokens.includes('<0x0A>') && !tokens.includes('\n')) throw damaged('VOCAB', 'no byte tokens');
  for (const role of ['bos', 'eos', 'unknown', 'padding']) {
    const id = keys.get(`tokenizer.ggml.${role}_token_id`);
    if (id !== undefined && !(typeof id === 'number' && id >= 0 && id < tokens.length)) throw damaged('VOCAB', `${role} token: ${shown(id)}`);
  }
  const types = keys.get('tokenizer.ggml.token_type');
  const addsBos = keys.get('tokenizer.ggml.add_bos_token');
  return {
    kind: model === 'gpt2' ? 'bpe' : 'spm', size: tokens.length, bos: typeof addsBos === 'boolean' ? addsBos : model === 'llama',
    special: Array.isArray(types) ? tokens.filter((text, id) => (types[id] === CONTROL || types[id] === USER_DEFINED) && text.trim() !== '').slice(0, MAX_SPECIAL) : [],
  };
}

/** A value for a fault's detail, whatever it is. */
function shown(value: GgufValue | undefined): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 40);
}

function isTextList(value: GgufValue | undefined): value is readonly string[] {
  return Array.isArray(value) && typeof value[0] === 'string';
}

function damaged(code: string, detail: string): EngineFault {
  return new EngineFault(code, 'This model file is damaged or was made in a way that Paphos does not know. Download it again, or choose another one.', detail);
}
