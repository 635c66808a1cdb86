import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, entryBytes, text, type TensorPlan, u32, u64, writeGguf } from './gguf-writer.ts';
import { makeModel, modelParts, type ModelRecipe } from './model-maker.ts';

/** A file that somebody might have: `refused` with this code, or `opens` with these warnings. */
export interface OddModel {
  readonly name: string;
  readonly path: string;
  readonly refused?: string;
  readonly opens?: readonly string[];
}

interface Change {
  readonly recipe?: Partial<ModelRecipe>;
  readonly set?: readonly Entry[];
  readonly without?: readonly string[];
  tensors?(plans: readonly TensorPlan[]): TensorPlan[];
}

/** Writes odd models into a folder, each a good one with something changed. */
export class OddModels {
  readonly #folder: string;
  readonly #made = new Map<string, ReturnType<typeof modelParts>>();
  #count = 0;

  constructor(folder: string) {
    this.#folder = mkdtempSync(join(folder, 'odd-'));
  }

  bytes(...pieces: Uint8Array[]): string {
    const path = join(this.#folder, `${this.#count++}.gguf`);
    writeFileSync(path, Buffer.concat(pieces));
    return path;
  }

  /** A header with hand-made bytes after the counts. */
  header(tensors: number | bigint, keys: number | bigint, ...rest: Uint8Array[]): string {
    return this.bytes(Buffer.from('GGUF'), u32(3), u64(tensors), u64(keys), ...rest, Buffer.alloc(64));
  }

  changed({ recipe, set = [], without = [], tensors = (plans) => [...plans] }: Change): string {
    const parts = this.#made.get(JSON.stringify(recipe)) ?? modelParts(recipe);
    this.#made.set(JSON.stringify(recipe), parts);
    const dropped = new Set([...without, ...set.map(([key]) => key)]);
    const path = join(this.#folder, `${this.#count++}.gguf`);
    writeGguf(path, [...parts.entries.filter(([key]) => !dropped.has(key)), ...set], tensors(parts.tensors));
    return path;
  }

  /**
   * A good file with a number put in behind the name of a tensor: rank 0, first dimension 4, second 12, type 20, offset
   * 24.
   */
  patched(tensor: string, at: number, value: Uint8Array): string {
    const whole = Buffer.from(readFileSync(makeModel()));
    const name = text(tensor);
    whole.set(value, whole.indexOf(name) + name.length + at);
    return this.bytes(whole);
  }
}

const NEOX = 'gptneox.';
const u = (key: string, value: number): Entry => [key, 'u32', value];

/** Every row of the table of files that end, hang or mislead an engine that is given them unchecked. */
export function oddModels(folder: string): OddModel[] {
  const odd = new OddModels(folder);
  const good = readFileSync(makeModel());
  const refused = (name: string, code: string, path: string): OddModel => ({ name, refused: code, path });
  const set = (name: string, code: string, ...entries: Entry[]): OddModel =>
    refused(name, code, odd.changed({ set: entries }));
  const opens = (name: string, warnings: readonly string[], ...entries: Entry[]): OddModel => ({
    name,
    opens: warnings,
    path: odd.changed({ set: entries }),
  });
  const architecture = entryBytes(['general.architecture', 'string', 'gptneox']);
  const list = (type: number, length: number | bigint): Uint8Array =>
    Buffer.concat([text('a.b'), u32(9), u32(type), u64(length)]);
  const withVersion = (version: Buffer): string => odd.bytes(good.subarray(0, 4), version, good.subarray(8));
  const bigEndian = Buffer.of(0, 0, 0, 3);
  const vocabulary = modelParts().entries.find(([key]) => key === 'tokenizer.ggml.tokens')?.[2] as readonly string[];
  const withTokens = (tokens: readonly string[]): Entry => ['tokenizer.ggml.tokens', 'strings', tokens];
  const withoutTensor = (name: string): string =>
    odd.changed({ tensors: (plans) => plans.filter((plan) => plan.name !== name) });

  return [
    refused('empty', 'EMPTY_FILE', odd.bytes()),
    refused('four bytes', 'NOT_GGUF', odd.bytes(Buffer.from('GGUF'))),
    refused('another magic', 'NOT_GGUF', odd.bytes(Buffer.from('XXXX'), good.subarray(4))),
    refused('a zip file', 'NOT_GGUF', odd.bytes(Buffer.from('PK\u0003\u0004'), Buffer.alloc(5000))),
    refused('a folder', 'NOT_GGUF', folder),
    refused('version 99', 'GGUF_VERSION', withVersion(u32(99))),
    refused('version 0', 'GGUF_VERSION', withVersion(u32(0))),
    refused('big-endian', 'GGUF_VERSION', withVersion(bigEndian)),
    ...[0.02, 0.2, 0.5, 0.9, 0.999].map((share) =>
      refused(`cut off at ${share * 100} %`, 'TRUNCATED', odd.bytes(good.subarray(0, Math.floor(good.length * share)))),
    ),

    refused('2^63 keys', 'FILE_COUNT', odd.header(1, 2n ** 63n, architecture)),
    refused('2^40 keys', 'FILE_COUNT', odd.header(1, 2n ** 40n, architecture)),
    refused('2^63 tensors', 'FILE_COUNT', odd.header(2n ** 63n, 1, architecture)),
    refused('10^9 tensors', 'FILE_COUNT', odd.header(1_000_000_000, 1, architecture)),
    refused('a key of 2^62 letters', 'FILE_COUNT', odd.header(0, 1, u64(2n ** 62n))),
    refused('a key of a gigabyte', 'FILE_COUNT', odd.header(0, 1, u64(2 ** 30))),
    refused(
      'a text of 2^62 letters',
      'FILE_COUNT',
      odd.header(0, 2, architecture, text('general.name'), u32(8), u64(2n ** 62n)),
    ),
    refused(
      'a text of 3 GB',
      'FILE_COUNT',
      odd.header(0, 2, architecture, text('general.name'), u32(8), u64(3 * 2 ** 30)),
    ),
    refused('a list of 2^60 bytes', 'FILE_COUNT', odd.header(0, 2, architecture, list(0, 2n ** 60n))),
    refused('a list of 10^9 bytes', 'FILE_COUNT', odd.header(0, 2, architecture, list(0, 1_000_000_000))),
    refused('a list of 10^9 texts', 'FILE_COUNT', odd.header(0, 2, architecture, list(8, 1_000_000_000))),
    refused('a list that ends early', 'TRUNCATED', odd.header(0, 2, architecture, list(0, 1_000_000))),
    refused(
      'nested lists',
      'VALUE_TYPE',
      odd.header(
        0,
        2,
        architecture,
        Buffer.concat([text('a.b'), u32(9), ...Array.from({ length: 2000 }, () => Buffer.concat([u32(9), u64(1)]))]),
      ),
    ),
    refused('an unknown type', 'VALUE_TYPE', odd.header(0, 2, architecture, text('a.b'), u32(200))),
    refused('a key without a name', 'FILE_KEY_NAME', odd.header(0, 2, architecture, text(''), u32(4), u32(1))),
    refused(
      'a name that begins with a zero byte',
      'FILE_KEY_NAME',
      odd.header(0, 2, architecture, text('\0eneral.name'), u32(4), u32(1)),
    ),
    refused('the same key twice', 'FILE_KEY_TWICE', odd.header(0, 2, architecture, architecture)),
    opens(
      'keys that JavaScript knows',
      [],
      ['__proto__.polluted', 'string', 'yes'],
      ['constructor.prototype.polluted', 'string', 'yes'],
      ['__proto__', 'string', 'yes'],
    ),
    set('an alignment of 0', 'FILE_ALIGNMENT', u('general.alignment', 0)),
    set('an alignment of 3', 'FILE_ALIGNMENT', u('general.alignment', 3)),

    set('an unknown architecture', 'ARCHITECTURE', ['general.architecture', 'string', 'foo']),
    set('another architecture', 'FILE_NO_SIZE', ['general.architecture', 'string', 'llama']),
    set('an architecture that embeds', 'ARCHITECTURE', ['general.architecture', 'string', 'bert']),
    set('a model that only reads', 'FILE_NOT_CAUSAL', [`${NEOX}attention.causal`, 'bool', false]),
    ...[0, 100, 1_000_000].map((layers) =>
      set(`${layers} layers`, layers === 100 ? 'FILE_NO_TENSOR' : 'FILE_VALUE', u(`${NEOX}block_count`, layers)),
    ),
    set('more prediction layers than layers', 'FILE_PREDICTION_LAYERS', u(`${NEOX}nextn_predict_layers`, 3)),
    ...[0, 7, 2 ** 31].map((heads) =>
      set(
        `${heads} heads`,
        heads === 7 ? 'FILE_HEAD_WIDTH' : 'FILE_VALUE',
        u(`${NEOX}attention.head_count`, heads),
        u(`${NEOX}attention.head_count_kv`, heads),
      ),
    ),
    set('0 key heads', 'FILE_SHAPE', u(`${NEOX}attention.head_count_kv`, 0)),
    set('3 key heads', 'FILE_HEADS', u(`${NEOX}attention.head_count_kv`, 3)),
    set('2 key heads, weights for 4', 'FILE_SHAPE', u(`${NEOX}attention.head_count_kv`, 2)),
    set('layers with other key heads than the first', 'FILE_LAYERS_DIFFER', [
      `${NEOX}attention.head_count_kv`,
      'i32s',
      [4, 3],
    ]),
    set('a layer without key heads', 'FILE_LAYERS_DIFFER', [`${NEOX}attention.head_count_kv`, 'i32s', [4, 0]]),
    opens('as many heads for each layer', [], [`${NEOX}attention.head_count`, 'i32s', [4, 4]]),
    set('a number of parts that is stored too long', 'FILE_NUMBER_TYPE', u('split.count', 1)),
    set('the number of a part that is stored too long', 'FILE_NUMBER_TYPE', u('split.no', 0)),
    set('a width of 0', 'FILE_VALUE', u(`${NEOX}embedding_length`, 0)),
    set('a width of 2^31', 'FILE_VALUE', u(`${NEOX}embedding_length`, 2 ** 31)),
    set('a width of 128, weights for 64', 'FILE_SHAPE', u(`${NEOX}embedding_length`, 128)),
    set('a feed-forward width of 0', 'FILE_VALUE', u(`${NEOX}feed_forward_length`, 0)),
    set('a feed-forward width of 64, weights for 128', 'FILE_SHAPE', u(`${NEOX}feed_forward_length`, 64)),
    set('a head as wide as 0', 'FILE_VALUE', u(`${NEOX}attention.key_length`, 0)),
    set('values as wide as 8, weights for 16', 'FILE_SHAPE', u(`${NEOX}attention.value_length`, 8)),
    ...(
      [
        [0, 'FILE_VALUE'],
        [3, 'FILE_ROTATION'],
        [1_000_000, 'FILE_VALUE'],
        [64, 'FILE_ROTATION'],
      ] as const
    ).map(([dimensions, code]) =>
      set(`${dimensions} rotated dimensions`, code, u(`${NEOX}rope.dimension_count`, dimensions)),
    ),
    refused(
      'a llama that rotates a part',
      'FILE_PARTIAL_ROTATION',
      odd.changed({ recipe: { architecture: 'llama', vocabulary: 'spm' }, set: [u('llama.rope.dimension_count', 8)] }),
    ),
    ...[Number.NaN, -1, 2, Number.POSITIVE_INFINITY].map((epsilon) =>
      set(`a smallest deviation of ${epsilon}`, 'FILE_VALUE', [`${NEOX}attention.layer_norm_epsilon`, 'f32', epsilon]),
    ),
    set('a rotation that scales bogus', 'FILE_ROTATION_SCALING', [`${NEOX}rope.scaling.type`, 'string', 'bogus']),
    set('a scale that is no number', 'FILE_VALUE', [`${NEOX}rope.scaling.factor`, 'f32', Number.NaN]),
    opens('a rotation without a base', [], [`${NEOX}rope.freq_base`, 'f32', 0]),
    set('100,000 experts', 'FILE_VALUE', u(`${NEOX}expert_count`, 100_000)),
    set('experts that are not used', 'FILE_EXPERTS', u(`${NEOX}expert_count`, 8)),
    set('experts used without any', 'FILE_EXPERTS', u(`${NEOX}expert_used_count`, 2)),
    set(
      'more experts used than there are',
      'FILE_EXPERTS',
      u(`${NEOX}expert_count`, 4),
      u(`${NEOX}expert_used_count`, 8),
    ),
    set(
      'groups of experts that do not come out even',
      'FILE_EXPERTS',
      u(`${NEOX}expert_count`, 8),
      u(`${NEOX}expert_used_count`, 2),
      u(`${NEOX}expert_group_count`, 3),
    ),
    set('a context that is a text', 'FILE_VALUE', [`${NEOX}context_length`, 'string', 'many']),
    set('a number of another kind', 'FILE_VALUE', [`${NEOX}block_count`, 'f32', 2.5]),
    opens('a context of 0', ['ODD_CONTEXT'], u(`${NEOX}context_length`, 0)),
    opens('a context of 2^32 − 1', ['ODD_CONTEXT'], u(`${NEOX}context_length`, 2 ** 32 - 1)),

    set('an unknown kind of vocabulary', 'VOCABULARY_KIND', ['tokenizer.ggml.model', 'string', 'banana']),
    set('words cut in an unknown way', 'WORD_SPLITTING', ['tokenizer.ggml.pre', 'string', 'banana']),
    set('SentencePiece on byte pairs', 'FILE_NO_BYTE_TOKENS', ['tokenizer.ggml.model', 'string', 'llama']),
    set(
      'the same token twice',
      'FILE_TOKEN_TWICE',
      withTokens(vocabulary.map((token) => (token === 'b' ? 'a' : token))),
    ),
    set(
      'tokens that differ behind a zero byte',
      'FILE_TOKEN_TWICE',
      withTokens(vocabulary.map((token) => (token === 'a' ? 'b\0a' : token))),
    ),
    opens('two empty tokens', [], withTokens(vocabulary.map((token, id) => (id === 3 || id === 5 ? '' : token)))),
    set('a token too many', 'FILE_EMBEDDINGS', withTokens([...vocabulary, 'one more']), [
      'tokenizer.ggml.token_type',
      'i32s',
      [...vocabulary, ''].map(() => 1),
    ]),
    set('token types too few', 'FILE_TOKEN_TYPES', ['tokenizer.ggml.token_type', 'i32s', [1, 1]]),
    set('a token of an unknown type', 'FILE_TOKEN_TYPE', [
      'tokenizer.ggml.token_type',
      'i32s',
      vocabulary.map(() => 77),
    ]),
    opens('an end that is no token', ['ODD_END'], u('tokenizer.ggml.eos_token_id', 99_999)),
    opens(
      'a beginning asked for that is no token',
      ['ODD_BEGINNING'],
      ['tokenizer.ggml.add_bos_token', 'bool', true],
      u('tokenizer.ggml.bos_token_id', 99_999),
    ),

    refused('a missing matrix', 'FILE_NO_TENSOR', withoutTensor('blk.1.ffn_up.weight')),
    refused('no embeddings', 'FILE_NO_TENSOR', withoutTensor('token_embd.weight')),
    refused('no output', 'FILE_NO_TENSOR', withoutTensor('output.weight')),
    refused('9 dimensions', 'FILE_RANK', odd.patched('output.weight', 0, u32(9))),
    refused('a dimension of 0', 'FILE_EMPTY_TENSOR', odd.patched('output.weight', 4, u64(0))),
    refused('a dimension of 2^63', 'FILE_COUNT', odd.patched('output.weight', 4, u64(2n ** 63n))),
    refused('a dimension of 2^40', 'FILE_COUNT', odd.patched('output.weight', 4, u64(2n ** 40n))),
    refused('rows that go on past the end', 'TRUNCATED', odd.patched('output.weight', 12, u64(2 ** 30))),
    refused('an unknown quantisation', 'TENSOR_TYPE', odd.patched('output.weight', 20, u32(250))),
    refused('a quantisation that was given up', 'TENSOR_TYPE', odd.patched('output.weight', 20, u32(31))),
    refused('rows that do not fill their blocks', 'FILE_BLOCKS', odd.patched('output.weight', 20, u32(12))),
    refused('an offset of 2^60', 'FILE_COUNT', odd.patched('output.weight', 24, u64(2n ** 60n))),
    refused('an offset that is not aligned', 'FILE_OFFSET', odd.patched('output.weight', 24, u64(7))),
    refused('two matrices in one place', 'FILE_OFFSET', odd.patched('output.weight', 24, u64(0))),
    refused(
      'a name of 64 letters',
      'FILE_COUNT',
      odd.changed({
        tensors: (plans) => plans.map((plan, index) => (index === 3 ? { ...plan, name: 'x'.repeat(64) } : plan)),
      }),
    ),
    refused(
      'the same matrix twice',
      'FILE_TENSOR_TWICE',
      odd.changed({ tensors: (plans) => [...plans, ...plans.slice(0, 1)] }),
    ),
    {
      name: 'weights that are no numbers',
      opens: [],
      path: odd.changed({
        tensors: (plans) =>
          plans.map((plan) =>
            plan.name === 'blk.0.ffn_up.weight'
              ? { ...plan, fill: (values) => [Buffer.alloc(values * 2, Buffer.of(0xff, 0x7f))] }
              : plan,
          ),
      }),
    },
  ];
}

/** Which keys a founding architecture needs: each left out in turn. */
export function withoutEachKey(folder: string): OddModel[] {
  const odd = new OddModels(folder);
  const recipes = {
    gptneox: { architecture: 'gptneox' },
    llama: { architecture: 'llama', vocabulary: 'spm' },
    stablelm: { architecture: 'stablelm' },
  } as const;
  return Object.entries(recipes).flatMap(([architecture, recipe]) => {
    const llama = architecture === 'llama';
    const epsilon = llama ? 'layer_norm_rms_epsilon' : 'layer_norm_epsilon';
    const size = (name: string): readonly [string, string] => [`${architecture}.${name}`, 'FILE_NO_SIZE'];
    const needed: ReadonlyMap<string, string> = new Map([
      ['general.architecture', 'ARCHITECTURE'],
      size('context_length'),
      size('embedding_length'),
      size('block_count'),
      size('feed_forward_length'),
      size('attention.head_count'),
      [`${architecture}.attention.${epsilon}`, 'FILE_NO_EPSILON'],
      ['gptneox.use_parallel_residual', 'FILE_NO_PARALLEL'],
      ['tokenizer.ggml.model', 'FILE_NO_VOCABULARY_KIND'],
      ['tokenizer.ggml.tokens', 'FILE_NO_TOKENS'],
      ['tokenizer.ggml.merges', 'FILE_NO_MERGES'],
      // Key heads are fewer than heads: the weights do not fit the default.
      ['llama.attention.head_count_kv', 'FILE_SHAPE'],
    ]);
    const warned: Readonly<Record<string, string[]>> = {
      'tokenizer.ggml.token_type': ['ODD_TOKEN_TYPES'],
      ...(llama ? {} : { 'tokenizer.ggml.pre': ['ODD_WORD_SPLITTING'], 'tokenizer.ggml.eos_token_id': ['ODD_END'] }),
    };
    const keys = modelParts(recipe).entries.map(([key]) => key);
    return keys.map((key): OddModel => {
      const named = { name: `${architecture} without ${key}`, path: odd.changed({ recipe, without: [key] }) };
      const refused = needed.get(key);
      if (refused !== undefined) return { ...named, refused };
      return { ...named, opens: warned[key] ?? [] };
    });
  });
}
