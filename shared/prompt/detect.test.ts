import { expect, test } from 'vitest';
import { detectFormat, type ModelTraits } from './detect.ts';
import { formatByName } from './formats.ts';
import { PROBES, renderText } from './probes.ts';

const traits = (more: Partial<ModelTraits>): ModelTraits => ({ architecture: null, name: null, tokens: [], bos: null, chatTemplate: null, renderings: null, ...more });
const detected = (more: Partial<ModelTraits>) => {
  const { format, confidence, reasons } = detectFormat(traits(more));
  return [format.name, confidence, reasons[0]];
};
const rendered = (name: string, change: (text: string, noted: boolean) => string = (text) => text) => PROBES.map(({ turns, noted }) => {
  const format = formatByName(name);
  if (!format) throw new Error(`no ${name}`);
  return { text: change(renderText(format, turns), noted) };
});

test('a template that renders as a format does is proof of it', () => {
  expect(detected({ chatTemplate: '…', renderings: rendered('memphis'), tokens: ['<|im_start|>', '<|im_end|>'] })).toEqual(['memphis', 'certain', 'its own chat template writes every conversation exactly so']);
  expect(detected({ chatTemplate: '…', renderings: rendered('chatml', (text) => `<s>${text}`), bos: '<s>' }).slice(0, 2)).toEqual(['chatml', 'certain']);
  expect(detected({ chatTemplate: '…', renderings: rendered('metharme', (text, noted) => (noted ? 'You are helpful.' : text)) })).toEqual(['metharme', 'certain', 'its own chat template writes conversations without notes exactly so']);
  expect(detected({ chatTemplate: '…', renderings: rendered('chatml', (text, noted) => (noted ? text : `<|im_start|>system\nBe kind.<|im_end|>\n${text}`)) })).toEqual(['chatml', 'certain', 'its own chat template writes conversations with notes exactly so']);
});

test('a template of no known kind becomes a format of its own', () => {
  expect(detected({ chatTemplate: '…', tokens: ['<|system|>', '<|user|>', '<|model|>'], renderings: rendered('metharme', (text) => text.replaceAll('<|model|>', '<|bot|>')) })).toEqual(['own', 'certain', 'read off its own chat template, which writes every conversation exactly so']);
  expect(detected({ chatTemplate: '…', renderings: PROBES.map(() => ({ refusal: 'No.' })) }).slice(0, 2)).toEqual(['prose', 'guess']);
});

test('role marks in the vocabulary tell the format', () => {
  expect(detected({ tokens: ['<|endoftext|>', '<|system|>', '<|user|>', '<|model|>'] })).toEqual(['metharme', 'certain', 'its vocabulary holds <|system|>, <|user|> and <|model|>']);
  expect(detected({ tokens: ['<|prompter|>', '<|assistant|>'] }).slice(0, 2)).toEqual(['oasst', 'certain']);
  expect(detected({ tokens: ['<|im_start|>', '<|im_end|>'] }).slice(0, 2)).toEqual(['chatml', 'certain']);
});

test('a model that knows the marks of thinking thinks', () => {
  const tokens = ['<|im_start|>', '<|im_end|>', '<think>', '</think>'];
  expect(detected({ tokens })).toEqual(['qwen3', 'certain', 'its vocabulary holds <|im_start|> and <|im_end|>']);
  expect(detected({ tokens, chatTemplate: '…', renderings: rendered('chatml') }).slice(0, 2)).toEqual(['qwen3', 'certain']);
  const own = detectFormat(traits({ tokens, chatTemplate: '…', renderings: rendered('metharme', (text) => text.replaceAll('<|model|>', '<|bot|>')) }));
  expect(own.format).toMatchObject({ name: 'own', reasoning: { open: '<think>', close: '</think>' } });
});

test("the file's own template goes before everything else", () => {
  expect(detected({ tokens: ['<|im_start|>', '<|im_end|>'], name: 'oasst', chatTemplate: "{{ '<|im_start|>' + m.role + '<|im_end|>' }}" }).slice(0, 2)).toEqual(['chatml', 'certain']);
  expect(detected({ chatTemplate: '### User:\n{{ x }}\n### Assistant:\n' }).slice(0, 2)).toEqual(['memphis', 'certain']);
  expect(detected({ tokens: ['<|prompter|>', '<|assistant|>'], chatTemplate: '[INST]' })).toEqual(['oasst', 'guess', 'its vocabulary holds <|prompter|> and <|assistant|>, but its chat template is of another kind']);
});

test.each([
  ['metharme', 'gptneox', 'PygmalionAI/metharme-1.3b'], ['metharme', 'llama', 'metharme-7b'], ['oasst', 'gptneox', 'oasst-sft-1-pythia-12b'], ['memphis', 'stablelm', 'Memphis Scribe 3B'],
])('a founding model is known by its name and architecture: %s on %s', (format, architecture, name) => {
  expect(detected({ architecture, name }).slice(0, 2)).toEqual([format, 'likely']);
});

test('a name alone is a guess', () => {
  expect(detected({ architecture: 'qwen2', name: 'memphis' }).slice(0, 2)).toEqual(['memphis', 'guess']);
});

test('all reasons are told, the strongest first', () => {
  const { reasons } = detectFormat(traits({ architecture: 'gptneox', name: 'metharme-1.3b', tokens: ['<|system|>', '<|user|>', '<|model|>'], chatTemplate: '…', renderings: rendered('metharme') }));
  expect(reasons).toEqual(['its own chat template writes every conversation exactly so', 'its vocabulary holds <|system|>, <|user|> and <|model|>', 'its name is “metharme-1.3b” and its architecture gptneox']);
});

test('without evidence it is plain prose, with a word why', () => {
  expect(detected({ architecture: 'llama', name: 'base' })).toEqual(['prose', 'guess', 'no role marks in its vocabulary and no chat template: it continues text']);
  expect(detected({ tokens: ['[INST]'], chatTemplate: '[INST]' })).toEqual(['prose', 'guess', 'its chat template is of a kind that is not known here']);
});
