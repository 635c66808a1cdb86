import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { type Entry, type TensorPlan, writeGguf } from './gguf-writer.ts';
import { bytePairs, type MadeVocabulary, type Marks, sentencePieces } from './model-vocabulary.ts';

export interface ModelRecipe {
  readonly architecture: 'gptneox' | 'llama' | 'stablelm';
  /** tiny: 0.2 MB with a byte vocabulary; small: 6 MB; large: 162 million parameters with a vocabulary of 50,304. */
  readonly size: 'tiny' | 'small' | 'large';
  /** bytes: 260 tokens; bpe: 50,304; spm: 320; or a real one. */
  readonly vocabulary: 'bytes' | 'bpe' | 'spm' | MadeVocabulary;
  /**
   * random: what comes depends on the whole context; bigram: on the last token only, by an exact table; steps: on the
   * last token only, near certain along `steps`, with any vocabulary.
   */
  readonly kind: 'random' | 'bigram' | 'steps';
  readonly marks: Marks;
  readonly context: number;
  readonly seed: number;
  /** Deviation of a random model's output matrix: how sure it is of its next token. */
  readonly outputScale: number;
  /** In a random model: no two tokens have the same output row; of a large vocabulary some would be equally likely. */
  readonly distinctRows?: boolean;
  /**
   * Texts (marks written out) whose every step from one token to the next is near certain in a bigram model. Emoji and
   * the end token may be in it.
   */
  readonly chain: readonly string[];
  /** Rows of ids, each followed by the next, for a model of steps. */
  readonly steps?: readonly (readonly number[])[];
  /** Marks beside those of the roles. */
  readonly extraMarks?: readonly string[];
}
const PLAIN: ModelRecipe = {
  architecture: 'gptneox',
  size: 'tiny',
  vocabulary: 'bytes',
  kind: 'random',
  marks: 'control',
  context: 8192,
  seed: 1,
  outputScale: 0.09,
  chain: [],
};

/** Raised when the same recipe would give another file. */
const MAKER = 1;

/** Writes a model (or finds it where it was written before) and answers with its path. */
export function makeModel(recipe: Partial<ModelRecipe> = {}): string {
  const full = { ...PLAIN, ...recipe };
  const folder = join(tmpdir(), 'paphos-models');
  const hash = createHash('sha256')
    .update(JSON.stringify([MAKER, full]))
    .digest('hex')
    .slice(0, 16);
  const path = join(folder, `${full.architecture}-${full.size}-${full.kind}-${hash}.gguf`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const { entries, tensors } = modelParts(recipe);
  const unfinished = `${path}.${process.pid}`;
  writeGguf(unfinished, entries, tensors);
  renameSync(unfinished, path);
  return path;
}

/** What a model is written from, for tests that change something in it. */
export function modelParts(recipe: Partial<ModelRecipe> = {}): { entries: Entry[]; tensors: TensorPlan[] } {
  const full = { ...PLAIN, ...recipe };
  const vocabulary = vocabularyOf(full);
  const shape = full.kind === 'bigram' ? bigramShape(full, vocabulary.texts.length) : SHAPES[full.size];
  const weights = weightsOf(full, vocabulary, shape.width);
  return {
    entries: metadata(full, shape, vocabulary),
    tensors: tensors(full, shape, vocabulary.texts.length, weights),
  };
}

/** What a bigram model says, exactly: the natural logarithm of the probability of `next` after `before`. */
export function bigramLogProbability(recipe: Partial<ModelRecipe>): (before: number, next: number) => number {
  const full = { ...PLAIN, ...recipe };
  const table = bigramTable(full, vocabularyOf(full));
  return (before, next) => {
    const logits = table[before] ?? new Float32Array(0);
    return (logits[next] ?? Number.NaN) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  };
}

/** 162 million parameters in 326 MB: large enough to measure speed with, and for a prompt that takes seconds. */
export function largeModel(): string {
  return makeModel({ size: 'large', vocabulary: 'bpe', context: 4096 });
}

function vocabularyOf({ vocabulary, marks, extraMarks = [] }: ModelRecipe): MadeVocabulary {
  if (typeof vocabulary !== 'string') return vocabulary;
  return vocabulary === 'spm'
    ? sentencePieces(320, marks)
    : bytePairs((vocabulary === 'bpe' ? 50_304 : 260) + extraMarks.length, marks, extraMarks);
}

function weightsOf(recipe: ModelRecipe, vocabulary: MadeVocabulary, width: number): Weights {
  switch (recipe.kind) {
    case 'random':
      return randomWeights(recipe);
    case 'bigram':
      return bigramWeights(recipe, vocabulary, width);
    case 'steps':
      return stepWeights(recipe, width);
  }
}

interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly feed: number;
  readonly gatedFeed: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
}
const SHAPES: Readonly<Record<ModelRecipe['size'], Shape>> = {
  tiny: { layers: 2, width: 64, feed: 128, gatedFeed: 96, heads: 4, keyHeads: 2, headWidth: 16 },
  small: { layers: 4, width: 256, feed: 1024, gatedFeed: 768, heads: 4, keyHeads: 2, headWidth: 64 },
  large: { layers: 12, width: 768, feed: 3072, gatedFeed: 2048, heads: 12, keyHeads: 4, headWidth: 64 },
};

/** One dimension for each token and at least one to spare, which takes up what layer norm subtracts. */
function bigramShape({ architecture }: ModelRecipe, vocabularySize: number): Shape {
  const width = Math.ceil((vocabularySize + 1) / 32) * 32;
  const heads = architecture === 'llama' ? 1 : width / 32;
  return { layers: 1, width, feed: 32, gatedFeed: 32, heads, keyHeads: heads, headWidth: 32 };
}

function metadata(recipe: ModelRecipe, shape: Shape, vocabulary: MadeVocabulary): Entry[] {
  const { architecture } = recipe;
  const llama = architecture === 'llama';
  const rotated = llama ? shape.headWidth : Math.max(2, Math.floor(shape.headWidth / 8) * 2);
  return [
    ['general.architecture', 'string', architecture],
    ['general.name', 'string', `${recipe.size} ${recipe.kind} ${architecture}`],
    ['general.file_type', 'u32', 1],
    ['general.quantization_version', 'u32', 2],
    [`${architecture}.context_length`, 'u32', recipe.context],
    [`${architecture}.embedding_length`, 'u32', shape.width],
    [`${architecture}.block_count`, 'u32', shape.layers],
    [`${architecture}.feed_forward_length`, 'u32', architecture === 'gptneox' ? shape.feed : shape.gatedFeed],
    [`${architecture}.attention.head_count`, 'u32', shape.heads],
    [`${architecture}.attention.head_count_kv`, 'u32', llama ? shape.keyHeads : shape.heads],
    [`${architecture}.rope.dimension_count`, 'u32', rotated],
    [`${architecture}.rope.freq_base`, 'f32', 10_000],
    [`${architecture}.vocab_size`, 'u32', vocabulary.texts.length],
    ...(llama
      ? [
          [`${architecture}.attention.layer_norm_rms_epsilon`, 'f32', EPSILON] as const,
          [`${architecture}.attention.key_length`, 'u32', shape.headWidth] as const,
          [`${architecture}.attention.value_length`, 'u32', shape.headWidth] as const,
        ]
      : [
          [`${architecture}.attention.layer_norm_epsilon`, 'f32', EPSILON] as const,
          [`${architecture}.use_parallel_residual`, 'bool', architecture === 'gptneox'] as const,
        ]),
    ...vocabulary.entries,
  ];
}

interface Weights {
  readonly embedding: Fill;
  readonly output: Fill;
  inner(inputs: number): Fill;
}
type Fill = (values: number) => Iterable<Uint8Array>;
const EPSILON = 1e-5;

function tensors(
  { architecture, kind }: ModelRecipe,
  shape: Shape,
  vocabularySize: number,
  weights: Weights,
): TensorPlan[] {
  const { width, heads, headWidth } = shape;
  const llama = architecture === 'llama';
  const keyWidth = (llama ? shape.keyHeads : heads) * headWidth;
  const matrix = (name: string, rows: number, columns: number, fill = weights.inner(columns)): TensorPlan => ({
    name: `${name}.weight`,
    rows,
    columns,
    type: 'f16',
    fill,
  });
  const vector = (name: string, columns: number, value: number): TensorPlan => ({
    name,
    rows: null,
    columns,
    type: 'f32',
    fill: (values) => [bytesOf(new Float32Array(values).fill(value))],
  });
  const norm = (name: string): TensorPlan[] => [
    vector(`${name}.weight`, width, 1),
    ...(llama ? [] : [vector(`${name}.bias`, width, 0)]),
  ];
  const biased = (name: string, rows: number, columns: number): TensorPlan[] => [
    matrix(name, rows, columns),
    vector(`${name}.bias`, rows, 0),
  ];
  const layer = (index: number): TensorPlan[] => {
    const at = `blk.${index}.`;
    const attention =
      architecture === 'gptneox'
        ? [...biased(`${at}attn_qkv`, 3 * width, width), ...biased(`${at}attn_output`, width, width)]
        : [
            matrix(`${at}attn_q`, heads * headWidth, width),
            matrix(`${at}attn_k`, keyWidth, width),
            matrix(`${at}attn_v`, keyWidth, width),
            matrix(`${at}attn_output`, width, heads * headWidth),
          ];
    const feed =
      architecture === 'gptneox'
        ? [...biased(`${at}ffn_up`, shape.feed, width), ...biased(`${at}ffn_down`, width, shape.feed)]
        : [
            matrix(`${at}ffn_gate`, shape.gatedFeed, width),
            matrix(`${at}ffn_up`, shape.gatedFeed, width),
            matrix(`${at}ffn_down`, width, shape.gatedFeed),
          ];
    return [...norm(`${at}attn_norm`), ...attention, ...norm(`${at}ffn_norm`), ...feed];
  };
  return [
    matrix('token_embd', vocabularySize, width, weights.embedding),
    ...norm('output_norm'),
    { ...matrix('output', vocabularySize, width, weights.output), type: kind === 'bigram' ? 'f32' : 'f16' },
    ...Array.from({ length: shape.layers }, (_, index) => layer(index)).flat(),
  ];
}

/**
 * Gaussian numbers: slices of one pool from random places, which is random enough for speed and for tests and takes a
 * second for 300 MB.
 */
function randomWeights({ seed, outputScale, distinctRows = false }: ModelRecipe): Weights {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const pool = Float32Array.from({ length: 2 ** 20 }, normal);
  const scaled = new Map<number, Uint16Array>();
  const gaussian = (scale: number): Fill =>
    function* (values) {
      const halves = scaled.get(scale) ?? Uint16Array.from(pool, (value) => toHalf(value * scale));
      scaled.set(scale, halves);
      for (let left = values; left > 0;) {
        const length = Math.min(left, 2 ** 16 - 1);
        const from = Math.floor(random() * (halves.length - length));
        yield bytesOf(halves.subarray(from, from + length));
        left -= length;
      }
    };
  const fresh =
    (scale: number): Fill =>
    (values) => [bytesOf(Uint16Array.from({ length: values }, () => toHalf(scale * normal())))];
  const output = distinctRows ? fresh(outputScale) : gaussian(outputScale);
  return { embedding: gaussian(1), output, inner: (inputs) => gaussian(1 / Math.sqrt(inputs)) };
}

/** Logits of every token after every other. */
function bigramTable({ seed, chain }: ModelRecipe, vocabulary: MadeVocabulary): Float32Array[] {
  const size = vocabulary.texts.length;
  const random = seededRandom(seed);
  const table = Array.from({ length: size }, () => Float32Array.from({ length: size }, () => random()));
  for (const text of chain) {
    const ids = vocabulary.encode(text);
    ids.slice(1).forEach((next, index) => {
      const row = table[ids[index] ?? 0];
      if (row !== undefined) row[next] = 15;
    });
  }
  return table;
}

/** Nothing inside, one-hot embeddings, and an output matrix that turns token `a` into the logits `table[a]`. */
function bigramWeights(recipe: ModelRecipe, vocabulary: MadeVocabulary, width: number): Weights {
  const { architecture } = recipe;
  const size = vocabulary.texts.length;
  const table = bigramTable(recipe, vocabulary);
  // A one-hot row after normalisation: its one place over the deviation, and with layer norm less the mean, which the
  // spare places make zero.
  const deviation =
    architecture === 'llama' ? Math.sqrt(1 / width + EPSILON) : Math.sqrt((1 - 1 / width) / width + EPSILON);
  const output = new Float32Array(size * width);
  const embedding = new Uint16Array(size * width);
  for (let token = 0; token < size; token++) {
    embedding[token * width + token] = toHalf(1);
    const row = output.subarray(token * width, (token + 1) * width);
    let sum = 0;
    for (let before = 0; before < size; before++) sum += row[before] = (table[before]?.[token] ?? 0) * deviation;
    if (architecture !== 'llama') row.fill(-sum / (width - size), size);
  }
  return {
    embedding: () => [bytesOf(embedding)],
    output: () => [bytesOf(output)],
    inner: () => (values) => [new Uint8Array(values * 2)],
  };
}

/**
 * Nothing inside. An embedding is a row of balanced signs, which normalisation leaves as it is, and the output row of a
 * step's second token repeats that of its first.
 */
function stepWeights({ seed, steps = [] }: ModelRecipe, width: number): Weights {
  const random = seededRandom(seed);
  const signs = Array.from({ length: 1024 }, () => {
    const order = Array.from({ length: width }, (_, place) => ({ place, by: random() })).toSorted(
      (a, b) => a.by - b.by,
    );
    return Float32Array.from(order, ({ place }) => (place % 2 === 0 ? 1 : -1));
  });
  const none = new Float32Array(width);
  const ids = [...new Set(steps.flat())];
  const own = new Map(ids.map((token, index) => [token, signs[index] ?? none]));
  const output = new Map<number, Float32Array>();
  for (const row of steps) {
    row.slice(1).forEach((next, index) => {
      const before = own.get(row[index] ?? -1) ?? none;
      output.set(
        next,
        (output.get(next) ?? none).map((value, place) => value + (before[place] ?? 0)),
      );
    });
  }
  const rows = (rowOf: (token: number) => Float32Array): Fill =>
    function* (values) {
      for (let token = 0; token < values / width; token++) yield bytesOf(Uint16Array.from(rowOf(token), toHalf));
    };
  return {
    embedding: rows((token) => own.get(token) ?? signs[ids.length + (token % (signs.length - ids.length))] ?? none),
    output: rows((token) => output.get(token) ?? none),
    inner: () => (values) => [new Uint8Array(values * 2)],
  };
}

function bytesOf(values: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

const oneFloat = new Float32Array(1);
const itsBits = new Uint32Array(oneFloat.buffer);
/** IEEE half precision; what is too small for a normal half becomes zero. */
function toHalf(value: number): number {
  oneFloat[0] = value;
  const bits = itsBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  return exponent <= 0 ? sign : sign | (Math.min(exponent, 30) << 10) | ((bits >>> 13) & 0x3ff);
}
