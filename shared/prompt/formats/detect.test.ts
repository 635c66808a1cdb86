import { expect, test } from 'vitest';
import { sentenceOf } from '../../faults/sentence.ts';
import { detectFormat, type ModelTraits } from './detect.ts';
import { formatByName } from './formats.ts';
import { PROBES, renderText } from './template-probes.ts';

const traits = (more: Partial<ModelTraits>): ModelTraits => ({
  architecture: null,
  name: null,
  tokens: [],
  bos: null,
  chatTemplate: null,
  renderings: null,
  ...more,
});
const detected = (more: Partial<ModelTraits>) => {
  const { format, confidence, reasons } = detectFormat(traits(more));
  return [format.name, confidence, reasons[0] && sentenceOf(reasons[0])];
};
const PREFACED = 'Its own chat template writes conversations exactly so, behind a preface of its own that is sent too.';
const rendered = (name: string, change: (text: string, noted: boolean) => string = (text) => text) =>
  PROBES.map(({ turns, note }) => {
    const format = formatByName(name);
    if (!format) throw new Error(`no ${name}`);
    return { text: change(renderText(format, turns), note === 'first') };
  });

test('a template that renders as a format does is proof of it', () => {
  expect(
    detected({ chatTemplate: '…', renderings: rendered('memphis'), tokens: ['<|im_start|>', '<|im_end|>'] }),
  ).toEqual(['memphis', 'certain', 'Its own chat template writes every conversation exactly so.']);
  expect(
    detected({ chatTemplate: '…', renderings: rendered('chatml', (text) => `<s>${text}`), bos: '<s>' }).slice(0, 2),
  ).toEqual(['chatml', 'certain']);
  expect(
    detected({
      chatTemplate: '…',
      renderings: rendered('metharme', (text, noted) => (noted ? 'You are helpful.' : text)),
    }),
  ).toEqual(['metharme', 'certain', 'Its own chat template writes conversations without notes exactly so.']);
  expect(
    detected({
      chatTemplate: '…',
      renderings: rendered('chatml', (text, noted) =>
        noted ? text : `<|im_start|>system\nBe kind.<|im_end|>\n${text}`,
      ),
    }),
  ).toEqual(['chatml', 'certain', PREFACED]);
});

test('a preface of its own makes no other format, and is sent', () => {
  const preface = '<|start_header_id|>system<|end_header_id|>\n\nToday.<|eot_id|>';
  const { format, reasons } = detectFormat(
    traits({ chatTemplate: '…', renderings: rendered('llama-3', (text) => preface + text) }),
  );
  expect([format.title, reasons[0] && sentenceOf(reasons[0])]).toEqual(['Llama 3', PREFACED]);
  const [turns] = PROBES.map((probe) => probe.turns);
  expect(renderText(format, turns ?? [])).toMatch(/^<\|start_header_id\|>system<\|end_header_id\|>\n\nToday\./);
});

test.each([
  ['llama-3', ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>']],
  ['gemma', ['<start_of_turn>', '<end_of_turn>']],
  ['mistral-v3', ['[INST]', '[/INST]']],
  ['mistral-v7', ['[INST]', '[/INST]', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]']],
  ['glm-4', ['[gMASK]', '<sop>', '<|system|>', '<|user|>', '<|assistant|>']],
  ['glm-4-5', ['[gMASK]', '<sop>', '<|system|>', '<|user|>', '<|assistant|>', '<think>', '</think>']],
  [
    'command-r',
    ['<|START_OF_TURN_TOKEN|>', '<|END_OF_TURN_TOKEN|>', '<|USER_TOKEN|>', '<|CHATBOT_TOKEN|>', '<|SYSTEM_TOKEN|>'],
  ],
  ['harmony', ['<|start|>', '<|message|>', '<|channel|>', '<|end|>', '<|return|>', '<|call|>']],
])('the vocabulary of a model tells %s', (format, tokens) => {
  expect(detected({ tokens }).slice(0, 2)).toEqual([format, 'certain']);
});

test.each([
  ['vicuna', '{{ x }} USER: {{ y }} ASSISTANT:'],
  ['llama-2-chat', '[INST] <<SYS>> {{ x }} <</SYS>> {{ y }} [/INST]'],
  ['mistral-v1', '[INST] {{ y }} [/INST]'],
  ['alpaca', '### Instruction:\n{{ y }}\n### Response:'],
  ['pygmalion', "{{ c }}'s Persona: {{ x }}\n<START>\nYou: {{ y }}"],
  ['harmony', '<|start|>user<|message|>{{ y }}<|end|><|start|>assistant<|channel|>final<|message|>'],
])('the text of a template that cannot be run tells %s', (format, chatTemplate) => {
  expect(detected({ chatTemplate }).slice(0, 2)).toEqual([format, 'certain']);
});

test.each([
  ['llama-3', 'llama', 'Meta-Llama-3-8B-Instruct.Q4_K_M'],
  ['llama-2-chat', 'llama', 'llama-2-7b-chat.Q8_0'],
  ['vicuna', 'llama', 'vicuna-13b-v1.5'],
  ['alpaca', 'llama', 'alpaca-native-7b'],
  ['gemma', 'gemma2', 'gemma-2-9b-it-Q4'],
  ['mistral-v1', 'llama', 'mistral-7b-instruct-v0.2.Q5'],
  ['mistral-v3', 'llama', 'Mistral-Nemo-Instruct-2407'],
  ['mistral-v7', 'llama', 'Mistral-Small-24B-Instruct-2501'],
  ['glm-4', 'glm4', 'GLM-4-9B-0414'],
  ['glm-4-5', 'glm4moe', 'GLM-4.5-Air'],
  ['command-r', 'command-r', 'c4ai-command-r-v01'],
  ['harmony', 'gpt-oss', 'gpt-oss-20b-mxfp4'],
  ['pygmalion', 'gptj', 'pygmalion-6b'],
  ['pygmalion', 'gptneox', 'pygmalion-2.7b'],
  ['metharme', 'llama', 'pygmalion-2-13b'],
  ['qwen3', 'qwen3', 'Qwen3-8B'],
])('a model is known by its name and architecture: %s on %s, %s', (format, architecture, name) => {
  expect(detected({ architecture, name }).slice(0, 2)).toEqual([format, 'likely']);
});

test('marks that another format shares tell only what they tell', () => {
  expect(
    detected({
      chatTemplate: '[SYSTEM_PROMPT]{{ x }}[/SYSTEM_PROMPT][INST]{{ y }}[/INST]',
      tokens: ['[INST]', '[/INST]', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
    })[0],
  ).toBe('mistral-v7');
  expect(detected({ tokens: ['<|user|>', '<|assistant|>', '<|system|>', '<|end|>'] })[0]).toBe('prose');
  expect(detected({ architecture: 'llama', name: 'Llama-3.1-8B' })[0]).toBe('prose');
  expect(detected({ architecture: 'gemma2', name: 'gemma-2-9b' })[0]).toBe('prose');
});

test('marks in a template that writes otherwise are likely at most', () => {
  const unlike = PROBES.map(({ turns }) => ({
    text: `<|im_start|>${turns.map(({ text }) => text.toUpperCase()).join('<|im_end|>')}`,
  }));
  expect(
    detected({
      chatTemplate: '<|im_start|>{{ x }}<|im_end|>',
      tokens: ['<|im_start|>', '<|im_end|>'],
      renderings: unlike,
    }),
  ).toEqual([
    'chatml',
    'likely',
    'Its own chat template writes <|im_start|> and <|im_end|>, but not quite as this format does.',
  ]);
});

test('a template of no known kind becomes a format of its own', () => {
  expect(
    detected({
      chatTemplate: '…',
      tokens: ['<|system|>', '<|user|>', '<|model|>'],
      renderings: rendered('metharme', (text) => text.replaceAll('<|model|>', '<|bot|>')),
    }),
  ).toEqual(['own', 'certain', 'Read off its own chat template, which writes every conversation exactly so.']);
  expect(detected({ chatTemplate: '…', renderings: PROBES.map(() => ({ refusal: 'No.' })) }).slice(0, 2)).toEqual([
    'prose',
    'guess',
  ]);
});

test('role marks in the vocabulary tell the format', () => {
  expect(detected({ tokens: ['<|endoftext|>', '<|system|>', '<|user|>', '<|model|>'] })).toEqual([
    'metharme',
    'certain',
    'Its vocabulary holds <|system|>, <|user|> and <|model|>.',
  ]);
  expect(detected({ tokens: ['<|prompter|>', '<|assistant|>'] }).slice(0, 2)).toEqual(['oasst', 'certain']);
  expect(detected({ tokens: ['<|im_start|>', '<|im_end|>'] }).slice(0, 2)).toEqual(['chatml', 'certain']);
});

test('a model that knows the marks of thinking thinks', () => {
  const tokens = ['<|im_start|>', '<|im_end|>', '<think>', '</think>'];
  expect(detected({ tokens })).toEqual(['qwen3', 'certain', 'Its vocabulary holds <|im_start|> and <|im_end|>.']);
  expect(detected({ tokens, chatTemplate: '…', renderings: rendered('chatml') }).slice(0, 2)).toEqual([
    'qwen3',
    'certain',
  ]);
  const own = detectFormat(
    traits({
      tokens,
      chatTemplate: '…',
      renderings: rendered('metharme', (text) => text.replaceAll('<|model|>', '<|bot|>')),
    }),
  );
  expect(own.format).toMatchObject({ name: 'own', reasoning: { open: '<think>', close: '</think>' } });
});

test('a model that thinks keeps its format, with the marks that its template writes', () => {
  const { format } = detectFormat(
    traits({ chatTemplate: '[SYSTEM_PROMPT][THINK]', renderings: rendered('mistral-v7') }),
  );
  expect(format).toEqual({ ...formatByName('mistral-v7'), reasoning: { open: '[THINK]', close: '[/THINK]' } });
  expect(
    detectFormat(traits({ chatTemplate: '…', tokens: ['[THINK]'], renderings: rendered('mistral-v7') })).format,
  ).toBe(formatByName('mistral-v7'));
});

test("the file's own template goes before everything else", () => {
  expect(
    detected({
      tokens: ['<|im_start|>', '<|im_end|>'],
      name: 'oasst',
      chatTemplate: "{{ '<|im_start|>' + m.role + '<|im_end|>' }}",
    }).slice(0, 2),
  ).toEqual(['chatml', 'certain']);
  expect(detected({ chatTemplate: '### User:\n{{ x }}\n### Assistant:\n' }).slice(0, 2)).toEqual([
    'memphis',
    'certain',
  ]);
  expect(detected({ tokens: ['<|prompter|>', '<|assistant|>'], chatTemplate: '[INST]' })).toEqual([
    'oasst',
    'guess',
    'Its vocabulary holds <|prompter|> and <|assistant|>, but its chat template is of another kind.',
  ]);
});

test.each([
  ['metharme', 'gptneox', 'PygmalionAI/metharme-1.3b'],
  ['metharme', 'llama', 'metharme-7b'],
  ['oasst', 'gptneox', 'oasst-sft-1-pythia-12b'],
  ['memphis', 'stablelm', 'Memphis Scribe 3B'],
])('a founding model is known by its name and architecture: %s on %s', (format, architecture, name) => {
  expect(detected({ architecture, name }).slice(0, 2)).toEqual([format, 'likely']);
});

test('a name alone is a guess', () => {
  expect(detected({ architecture: 'qwen2', name: 'memphis' }).slice(0, 2)).toEqual(['memphis', 'guess']);
});

test('all reasons are told, the strongest first', () => {
  const { reasons } = detectFormat(
    traits({
      architecture: 'gptneox',
      name: 'metharme-1.3b',
      tokens: ['<|system|>', '<|user|>', '<|model|>'],
      chatTemplate: '…',
      renderings: rendered('metharme'),
    }),
  );
  expect(reasons.map(sentenceOf)).toEqual([
    'Its own chat template writes every conversation exactly so.',
    'Its vocabulary holds <|system|>, <|user|> and <|model|>.',
    'Its name is “metharme-1.3b” and its architecture gptneox.',
  ]);
});

test('without evidence it is plain prose, with a word why', () => {
  expect(detected({ architecture: 'llama', name: 'base' })).toEqual([
    'prose',
    'guess',
    'No role marks in its vocabulary and no chat template: it continues text.',
  ]);
  expect(detected({ tokens: ['[INST]'], chatTemplate: '[INST]' })).toEqual([
    'prose',
    'guess',
    'Its chat template does not end, so it cannot be said as turns.',
  ]);
  const unsayable = (renderings: ModelTraits['renderings']) => detected({ chatTemplate: '…', renderings })[2];
  expect(unsayable(PROBES.map(() => ({ refusal: 'Bring tools.' })))).toBe(
    'Its chat template takes no conversation (“Bring tools.”), so it cannot be said as turns.',
  );
  expect(unsayable(PROBES.map(({ turns }) => ({ text: String(turns.length) })))).toBe(
    'Its chat template does not write what is said as it was said, so it cannot be said as turns.',
  );
  expect(unsayable(PROBES.map(({ turns }) => ({ text: turns.map(({ text }, n) => `[${n}]${text}`).join('') })))).toBe(
    'Its chat template marks each turn in another way, so it cannot be said as turns.',
  );
});
