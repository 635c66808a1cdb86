import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import type { Detection } from '../../../shared/prompt/formats/detect.ts';
import { OddModels } from '../../../tests/helpers/bad-models.ts';
import type { Entry } from '../../../tests/helpers/gguf-writer.ts';
import { MAKER_TEMPLATES } from '../../../tests/helpers/maker-templates.ts';
import { modelParts } from '../../../tests/helpers/model-maker.ts';
import { ROLE_MARKS } from '../../../tests/helpers/model-vocabulary.ts';
import { chatTemplates } from '../../../tests/helpers/vocabularies.ts';
import { examineModel, formatOfModel } from './model-format.ts';

const files = new OddModels(mkdtempSync(join(tmpdir(), 'paphos-detect-')));

interface File {
  readonly template?: string | undefined;
  readonly name?: string;
  readonly marks?: readonly string[];
}

/** A byte-level vocabulary whose control tokens are these marks, or a SentencePiece one without any. */
async function detected({ template, name = 'tale', marks }: File): Promise<Detection> {
  const extraMarks = (marks ?? []).slice(ROLE_MARKS.length).map((_, index) => `<more ${index}>`);
  const recipe =
    marks === undefined
      ? ({ architecture: 'llama', vocabulary: 'spm', marks: 'absent' } as const)
      : ({ architecture: 'gptneox', extraMarks } as const);
  const set: Entry[] = [
    ['general.name', 'string', name],
    ...(template === undefined ? [] : [['tokenizer.chat_template', 'string', template] as const]),
  ];
  if (marks !== undefined) {
    const texts = modelParts(recipe).entries.find(([key]) => key === 'tokenizer.ggml.tokens')?.[2] as readonly string[];
    const places = [...ROLE_MARKS, ...extraMarks];
    set.push([
      'tokenizer.ggml.tokens',
      'strings',
      texts.map((text) => (places.includes(text) ? (marks[places.indexOf(text)] ?? `<unused ${text}>`) : text)),
    ]);
  }
  const path = files.changed({ recipe, set });
  return formatOfModel(path, await examineModel(path), null);
}

const IM = ['<|im_start|>', '<|im_end|>'];
const LLAMA_3 = ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'];
const GLM = ['[gMASK]', '<sop>', '<|system|>', '<|user|>', '<|assistant|>', '<|observation|>'];
const COMMAND_R = [
  '<|START_OF_TURN_TOKEN|>',
  '<|END_OF_TURN_TOKEN|>',
  '<|USER_TOKEN|>',
  '<|CHATBOT_TOKEN|>',
  '<|SYSTEM_TOKEN|>',
];
const HARMONY = ['<|start|>', '<|message|>', '<|channel|>', '<|end|>', '<|return|>', '<|call|>'];
const { llama2, mistralV1, mistralV3Spm, vicuna, alpaca, llama3, glm4, glm45, commandR, ...near } = MAKER_TEMPLATES;
const EXACTLY = 'Its own chat template writes every conversation exactly so.';
const PREFACED = 'Its own chat template writes conversations exactly so, behind a preface of its own that is sent too.';

describe("a file with its makers' template is spoken to in its makers' format", () => {
  test.each<readonly [string, File, string]>([
    ['llama-2-chat', { template: llama2 }, EXACTLY],
    ['vicuna', { template: vicuna }, EXACTLY],
    ['alpaca', { template: alpaca }, EXACTLY],
    ['mistral-v1', { template: mistralV1 }, 'Its own chat template writes conversations without notes exactly so.'],
    ['llama-3', { template: llama3, marks: LLAMA_3 }, EXACTLY],
    ['glm-4', { template: glm4, marks: GLM }, EXACTLY],
    ['glm-4-5', { template: glm45, marks: [...GLM, '<think>', '</think>'] }, EXACTLY],
    ['command-r', { template: commandR, marks: COMMAND_R }, EXACTLY],
    ['harmony', { template: chatTemplates().get('openai-gpt-oss-120b'), marks: HARMONY }, PREFACED],
    ['llama-3', { template: chatTemplates().get('meta-llama-Llama-3.1-8B-Instruct'), marks: LLAMA_3 }, PREFACED],
    [
      'gemma',
      { template: chatTemplates().get('google-gemma-2-2b-it'), marks: ['<start_of_turn>', '<end_of_turn>'] },
      'Its own chat template writes conversations without notes exactly so.',
    ],
    ['mistral-v3', { template: chatTemplates().get('mistralai-Mistral-Nemo-Instruct-2407') }, EXACTLY],
    ['qwen3', { template: chatTemplates().get('Qwen-Qwen3-0.6B'), marks: [...IM, '<think>', '</think>'] }, EXACTLY],
  ])('%s', async (name, file, reason) => {
    const { format, confidence, reasons } = await detected(file);
    expect([format.name, confidence, reasons[0] && sentenceOf(reasons[0])]).toEqual([name, 'certain', reason]);
  });
});

describe('a template that looks like a format but ends its turns otherwise is a format of its own', () => {
  test.each<readonly [File, string]>([
    [{ template: near.chatmlEndoftext, marks: IM, name: 'chatml-7b' }, '<|endoftext|>\n'],
    [{ template: near.llama3Endoftext, marks: LLAMA_3, name: 'Llama-3-8B-Instruct' }, '<|endoftext|>'],
    [{ template: near.metharmeEos, marks: ROLE_MARKS, name: 'metharme-1.3b' }, '<|endoftext|>'],
    [{ template: near.alpacaEos, name: 'alpaca-7b' }, '</s>\n'],
    [{ template: near.vicunaLines, name: 'vicuna-7b' }, '\n'],
    [{ template: mistralV3Spm, name: 'mistral-7b-instruct-v0.1' }, '</s>'],
  ])('%j', async (file, end) => {
    const { format, confidence } = await detected(file);
    expect([format.name, format.after.model, confidence]).toEqual(['own', end, 'certain']);
    expect(format.opensReply).not.toBe('');
  });
});

test('without a template the vocabulary tells, else name and architecture, else nothing does', async () => {
  expect(await detected({ marks: COMMAND_R })).toMatchObject({ format: { name: 'command-r' }, confidence: 'certain' });
  expect(await detected({ marks: GLM })).toMatchObject({ format: { name: 'glm-4' }, confidence: 'certain' });
  expect(await detected({ marks: GLM.slice(2) })).toMatchObject({ format: { name: 'prose' }, confidence: 'guess' });
  expect(await detected({ name: 'Mistral-7B-Instruct-v0.2' })).toMatchObject({
    format: { name: 'mistral-v1' },
    confidence: 'likely',
  });
  expect(await detected({ name: 'vicuna-13b-v1.5' })).toMatchObject({
    format: { name: 'vicuna' },
    confidence: 'likely',
    reasons: [{ code: 'BY_NAME', params: { name: expect.stringContaining('vicuna-13b-v1.5') as string } }],
  });
  expect(await detected({ name: 'Mistral-7B-v0.1' })).toMatchObject({ format: { name: 'prose' }, confidence: 'guess' });
});

test('a file without a name is called by its architecture, which is no name', async () => {
  const path = files.changed({
    set: [
      ['general.architecture', 'string', 'qwen3'],
      ['qwen3.context_length', 'u32', 512],
      ['qwen3.embedding_length', 'u32', 64],
      ['qwen3.block_count', 'u32', 2],
      ['qwen3.attention.head_count', 'u32', 4],
      ['qwen3.feed_forward_length', 'i32s', [64, 64]],
      ['qwen3.attention.key_length', 'u32', 128],
      ['qwen3.rope.dimension_count', 'u32', 128],
    ],
    recipe: { marks: 'absent' },
    without: ['general.name'],
  });
  expect(formatOfModel(path, await examineModel(path), null)).toMatchObject({
    format: { name: 'prose' },
    confidence: 'guess',
  });
});
