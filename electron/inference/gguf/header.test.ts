import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Entry, entryBytes, text, u32, u64, writeGguf } from '../../../tests/helpers/gguf-writer.ts';
import { makeModel } from '../../../tests/helpers/model-maker.ts';
import { seededRandom } from '../worker/sampler.ts';
import { EngineFault } from '../fault.ts';
import { inspectModel } from '../inspect.ts';
import { readGgufHeader } from './header.ts';

const DEMO = new URL('../../../resources/models/pocket-storyteller-q8_0.gguf', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'paphos-header-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

let count = 0;
function file(bytes: Uint8Array): string {
  const path = join(folder, `${String(count++)}.gguf`);
  writeFileSync(path, bytes);
  return path;
}

function codeOf(path: string): string {
  try {
    readGgufHeader(path);
    return 'opened';
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    expect(error.fault.message).toMatch(/^[A-Z].*\. .*\.$/s);
    return error.fault.code;
  }
}

const GOOD: readonly Entry[] = [
  ['general.architecture', 'string', 'gptneox'], ['gptneox.context_length', 'u32', 2048], ['gptneox.embedding_length', 'u32', 64], ['gptneox.block_count', 'u32', 2], ['gptneox.feed_forward_length', 'u32', 128],
  ['gptneox.attention.head_count', 'u32', 4], ['gptneox.attention.layer_norm_epsilon', 'f32', 1e-5], ['gptneox.rope.dimension_count', 'u32', 4],
  ['tokenizer.ggml.model', 'string', 'gpt2'], ['tokenizer.ggml.tokens', 'strings', ['a', 'b', '<|user|>']], ['tokenizer.ggml.token_type', 'i32s', [1, 1, 3]], ['tokenizer.ggml.merges', 'strings', []],
  ['tokenizer.ggml.eos_token_id', 'u32', 2],
];

/** A small file from entries: some left out, some others instead. */
function crafted(changes: readonly Entry[] = [], without: readonly string[] = []): string {
  const path = join(folder, `${String(count++)}.gguf`);
  const dropped = new Set([...without, ...changes.map(([key]) => key)]);
  writeGguf(path, [...GOOD.filter(([key]) => !dropped.has(key)), ...changes], [{ name: 'token_embd.weight', rows: 3, columns: 64, type: 'f16', fill: (values) => [new Uint8Array(values * 2)] }]);
  return path;
}

/** A header with hand-made bytes after the counts. */
function raw(tensors: number | bigint, keys: number | bigint, ...rest: Uint8Array[]): string {
  return file(Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(keys), ...rest, Buffer.alloc(64)]));
}

describe('a good file', () => {
  test('says what it is', () => {
    expect(readGgufHeader(DEMO)).toMatchObject({
      architecture: 'gptneox', name: 'Pocket Storyteller', contextLength: 1024, layers: 8, embedding: 256, bytes: 9_156_224,
      vocabulary: { kind: 'bpe', size: 4096, bos: false, special: expect.arrayContaining(['<|system|>', '<|user|>', '<|model|>', '<|endoftext|>']) as string[] },
    });
    expect(readGgufHeader(crafted([['tokenizer.chat_template', 'string', '{{ x }}'], ['general.name', 'string', 'Small one']]))).toMatchObject({ name: 'Small one', chatTemplate: '{{ x }}', vocabulary: { special: ['<|user|>'] } });
    expect(readGgufHeader(makeModel({ architecture: 'llama', vocabulary: 'spm' })).vocabulary).toMatchObject({ kind: 'spm', bos: true, size: 320 });
  });

  test('is inspected in a thread, and a bad one gives its fault', async () => {
    expect((await inspectModel(DEMO)).architecture).toBe('gptneox');
    await expect(inspectModel(file(Buffer.from('hello')))).rejects.toMatchObject({ fault: { code: 'NOT_GGUF' } });
    await expect(inspectModel(join(folder, 'none.gguf'))).rejects.toMatchObject({ fault: { code: 'NOT_FOUND' } });
  });
});

describe('a bad file', () => {
  test('no model at all', () => {
    expect([codeOf(file(new Uint8Array())), codeOf(file(Buffer.from('GGUF'))), codeOf(file(Buffer.alloc(4096, 'x'))), codeOf(folder)]).toEqual(['NOT_GGUF', 'NOT_GGUF', 'NOT_GGUF', 'NOT_GGUF']);
  });

  test('cut off anywhere', () => {
    const whole = readFileSync(DEMO);
    for (const share of [0.001, 0.005, 0.01, 0.02, 0.3, 0.7, 0.999]) expect(codeOf(file(whole.subarray(0, Math.floor(whole.length * share))))).toBe('TRUNCATED');
  });

  test('counts and lengths beyond reason, at once', () => {
    const started = performance.now();
    const list = (type: number, length: number | bigint): Uint8Array => Buffer.concat([text('k'), u32(9), u32(type), u64(length)]);
    expect(codeOf(raw(2n ** 63n, 1))).toBe('LIMIT');
    expect(codeOf(raw(1, 2n ** 63n))).toBe('LIMIT');
    expect(codeOf(raw(0, 1, u64(3n * 2n ** 30n)))).toBe('LIMIT');
    expect(codeOf(raw(0, 1, text('k'), u32(8), u64(3n * 2n ** 30n)))).toBe('LIMIT');
    expect(codeOf(raw(0, 1, list(8, 1_000_000_000)))).toBe('LIMIT');
    expect(codeOf(raw(0, 1, list(0, 1_000_000)))).toBe('TRUNCATED');
    expect(codeOf(raw(0, 1, list(9, 1)))).toBe('VALUE_TYPE');
    expect(codeOf(raw(0, 1, text('k'), u32(99)))).toBe('VALUE_TYPE');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('another version, another kind of model, one part of several', () => {
    const whole = Buffer.from(readFileSync(crafted()));
    whole.writeUInt32LE(9, 4);
    expect(codeOf(file(whole))).toBe('VERSION');
    expect(codeOf(crafted([['general.architecture', 'string', 'unheard-of']]))).toBe('ARCH');
    expect(codeOf(crafted([], ['general.architecture']))).toBe('ARCH');
    expect(codeOf(crafted([['split.count', 'u32', 3]]))).toBe('SPLIT');
  });

  test.each<[string, readonly Entry[], readonly string[]]>([
    ['MISSING', [], ['gptneox.feed_forward_length']], ['MISSING', [], ['gptneox.attention.head_count']], ['MISSING', [], ['gptneox.context_length']],
    ['RANGE', [['gptneox.block_count', 'u32', 0]], []], ['RANGE', [['gptneox.block_count', 'u32', 1_000_000]], []], ['RANGE', [['gptneox.embedding_length', 'u32', 0]], []],
    ['RANGE', [['gptneox.rope.dimension_count', 'u32', 0]], []], ['RANGE', [['gptneox.rope.dimension_count', 'u32', 5]], []], ['RANGE', [['gptneox.rope.dimension_count', 'u32', 4096]], []],
    ['RANGE', [['gptneox.attention.head_count', 'u32', 7]], []], ['RANGE', [['gptneox.attention.layer_norm_epsilon', 'f32', Number.NaN]], []], ['RANGE', [['gptneox.expert_count', 'u32', 100_000]], []],
    ['RANGE', [['gptneox.rope.scaling.type', 'string', 'bogus']], []],
    ['VOCAB', [['tokenizer.ggml.tokens', 'strings', ['a', 'a', 'b']]], []], ['VOCAB', [['tokenizer.ggml.model', 'string', 'llama']], []], ['VOCAB', [], ['tokenizer.ggml.merges']],
    ['VOCAB', [['tokenizer.ggml.eos_token_id', 'u32', 3]], []], ['VOCAB', [['tokenizer.ggml.tokens', 'strings', ['a', 'b']]], []], ['VOCAB', [['tokenizer.ggml.model', 'string', 'new']], []],
    ['TENSOR', [['general.alignment', 'u32', 24]], []],
  ])('%s: %j without %j', (code, changes, without) => {
    expect(codeOf(crafted(changes, without))).toBe(code);
  });

  test('a key or a tensor twice', () => {
    const key = entryBytes(['general.architecture', 'string', 'llama']);
    expect(codeOf(raw(0, 2, key, key))).toBe('KEY');
    const tensor = Buffer.concat([text('t'), u32(1), u64(32), u32(0), u64(0)]);
    expect(codeOf(raw(2, 0, tensor, tensor))).toBe('TENSOR');
  });

  test('flipped bytes give a header or a fault, never anything else', () => {
    const whole = readFileSync(makeModel());
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const broken = Buffer.from(whole);
      for (let flips = 0; flips < 3; flips++) broken[Math.floor(random() * 9000)] = Math.floor(random() * 256);
      codeOf(file(broken));
    }
  });
});
