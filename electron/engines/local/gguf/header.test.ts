import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type OddModel, OddModels, oddModels, withoutEachKey } from '../../../../tests/helpers/bad-models.ts';
import { makeModel, modelParts } from '../../../../tests/helpers/model-maker.ts';
import { vocabularyFile } from '../../../../tests/helpers/vocabularies.ts';
import { FaultError } from '../../../../shared/faults/failure.ts';
import { inspectModel } from './inspect.ts';
import { readGgufHeader } from './header.ts';

const DEMO = new URL('../../../../resources/models/pocket-storyteller-q8_0.gguf', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'paphos-header-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What became of a file: the codes of its warnings, or of its fault. */
function outcome(path: string): readonly string[] | string {
  try {
    const { warnings } = readGgufHeader(path);
    return warnings.map(({ code }) => code);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.fault.code;
  }
}

describe('a good file', () => {
  test('says what it is', () => {
    expect(readGgufHeader(DEMO)).toMatchObject({
      architecture: 'gptneox',
      name: 'Pocket Storyteller',
      contextLength: 1024,
      layers: 8,
      embedding: 256,
      bytes: 9_156_224,
      parts: 1,
      warnings: [],
      vocabulary: {
        kind: 'bpe',
        size: 4096,
        bos: false,
        endText: '<|endoftext|>',
        control: expect.arrayContaining(['<|system|>', '<|user|>', '<|model|>', '<|endoftext|>']) as string[],
      },
    });
    expect(readGgufHeader(makeModel({ architecture: 'llama', vocabulary: 'spm' })).vocabulary).toMatchObject({
      kind: 'spm',
      bos: true,
      bosText: '<s>',
      endText: '</s>',
      size: 320,
    });
    expect(readGgufHeader(makeModel({ marks: 'user-defined' })).vocabulary).toMatchObject({
      control: ['<|endoftext|>'],
      userDefined: ['<|system|>', '<|user|>', '<|model|>'],
    });
  });

  test('that names only the token that ends a turn names an end', () => {
    const path = new OddModels(folder).changed({
      set: [['tokenizer.ggml.eot_token_id', 'u32', 256]],
      without: ['tokenizer.ggml.eos_token_id'],
    });
    const { vocabulary, warnings } = readGgufHeader(path);
    expect([vocabulary.endText, warnings]).toEqual(['<|endoftext|>', []]);
  });

  test('that has an empty chat template has none', () => {
    const path = new OddModels(folder).changed({ set: [['tokenizer.chat_template', 'string', ' \n']] });
    expect(readGgufHeader(path).chatTemplate).toBeNull();
  });

  test('calls a token what the engine takes it for', () => {
    const { entries } = modelParts({ marks: 'absent' });
    const texts = entries.find(([key]) => key === 'tokenizer.ggml.tokens')?.[2] as readonly string[];
    const path = new OddModels(folder).changed({
      recipe: { marks: 'absent' },
      set: [
        ['tokenizer.ggml.tokens', 'strings', ['<|im_end|>', '<|channel|>', ...texts.slice(2)]],
        ['tokenizer.ggml.pre', 'string', 'llama-bpe'],
      ],
      without: ['tokenizer.ggml.add_bos_token'],
    });
    expect(readGgufHeader(path).vocabulary).toMatchObject({
      bos: true,
      control: expect.arrayContaining(['<|im_end|>']) as string[],
      userDefined: ['<|channel|>'],
    });
  });

  test.each(['gptneox', 'llama', 'stablelm'] as const)('of every kind that we make: %s', (architecture) => {
    for (const size of ['tiny', 'small'] as const)
      for (const kind of ['random', 'bigram'] as const)
        for (const vocabulary of ['bytes', 'spm'] as const)
          expect(outcome(makeModel({ architecture, size, kind, vocabulary }))).toEqual([]);
  });

  test('a real vocabulary goes with any architecture; others are judged by what all have in common', () => {
    // These hold no weights: all that can be wrong with their keys was right.
    for (const name of ['gpt-neox', 'llama-spm', 'qwen2'])
      expect(() => readGgufHeader(vocabularyFile(name))).toThrow(/lacks a part of its weights \(token_embd/);
    const path = new OddModels(folder).changed({
      set: [
        ['general.architecture', 'string', 'qwen3'],
        ['qwen3.context_length', 'u32', 512],
        ['qwen3.embedding_length', 'u32', 64],
        ['qwen3.block_count', 'u32', 2],
        ['qwen3.attention.head_count', 'u32', 4],
        ['qwen3.feed_forward_length', 'i32s', [64, 0]],
        ['qwen3.attention.key_length', 'u32', 128],
        ['qwen3.rope.dimension_count', 'u32', 128],
      ],
    });
    expect(readGgufHeader(path)).toMatchObject({ architecture: 'qwen3', contextLength: 512, warnings: [] });
  });

  test('is inspected in a thread, and a bad one gives its fault', async () => {
    expect((await inspectModel(DEMO)).architecture).toBe('gptneox');
    const bad = join(folder, 'hello.gguf');
    writeFileSync(bad, 'hello');
    await expect(inspectModel(bad)).rejects.toMatchObject({ fault: { code: 'NOT_GGUF' } });
    await expect(inspectModel(join(folder, 'none.gguf'))).rejects.toMatchObject({ fault: { code: 'FILE_GONE' } });
  });
});

test('forty at once are all looked at, each in its own time', async () => {
  const path = makeModel({ vocabulary: 'bpe' });
  const looks = await Promise.allSettled(Array.from({ length: 40 }, () => inspectModel(path)));
  expect(looks.filter(({ status }) => status === 'rejected')).toEqual([]);
}, 60_000);

const odd = oddModels(folder);
const rows = (models: readonly OddModel[]) => models.map((model) => [model.name, model] as const);

describe('an odd file is refused with its reason, or opens with a warning', () => {
  test.each(rows(odd))('%s', (_, { path, refused, opens }) => {
    expect(outcome(path)).toEqual(refused ?? opens);
  });
});

describe('what an architecture needs', () => {
  test.each(rows(withoutEachKey(folder)))('%s', (_, { path, refused, opens }) => {
    expect(outcome(path)).toEqual(refused ?? opens);
  });
});

test('the sentences say what is wrong', () => {
  const sentences = Object.fromEntries(
    odd
      .filter(({ refused }) => refused !== undefined)
      .map(({ name, path }) => {
        try {
          readGgufHeader(path);
          return [name, ''];
        } catch (error) {
          return [name, String(error instanceof Error ? error.message : error)];
        }
      }),
  );
  expect(sentences['1000000 layers']).toMatch(
    /^This model file gives 1,000,000 as its number of layers, which cannot be\. /,
  );
  expect(sentences['a missing matrix']).toMatch(/lacks a part of its weights \(blk\.1\.ffn_up\.weight\)/);
  expect(sentences['cut off at 50 %']).toMatch(/cut off/);
  expect(sentences['SentencePiece on byte pairs']).toMatch(/lacks tokens for single bytes/);
  expect(sentences['words cut in an unknown way']).toMatch(/newer than this version/);
  expect(sentences['a list of 10^9 texts']).toMatch(/claims to have 1,000,000,000 items/);
});

test('the embedded model cut anywhere is cut off', () => {
  const whole = readFileSync(DEMO);
  const path = join(folder, 'cut.gguf');
  for (const share of [0.001, 0.005, 0.01, 0.02, 0.3, 0.7, 0.999]) {
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
    expect(outcome(path)).toBe('TRUNCATED');
  }
});
