import { expect, test } from 'vitest';
import { detectFormat, type ModelTraits } from './detect.ts';

const traits = (more: Partial<ModelTraits>): ModelTraits => ({ architecture: null, name: null, tokens: [], chatTemplate: null, ...more });
const detected = (more: Partial<ModelTraits>) => {
  const { format, evidence, sure } = detectFormat(traits(more));
  return [format.name, sure, evidence];
};

test('role marks in the vocabulary tell the format', () => {
  expect(detected({ tokens: ['<|endoftext|>', '<|system|>', '<|user|>', '<|model|>'] })).toEqual(['metharme', true, 'Metharme: its vocabulary holds <|system|>, <|user|> and <|model|>']);
  expect(detected({ tokens: ['<|prompter|>', '<|assistant|>'] }).slice(0, 2)).toEqual(['oasst', true]);
  expect(detected({ tokens: ['<|im_start|>', '<|im_end|>'] }).slice(0, 2)).toEqual(['chatml', true]);
});

test("the file's own template goes before everything else", () => {
  expect(detected({ tokens: ['<|im_start|>', '<|im_end|>'], name: 'oasst', chatTemplate: "{{ '<|im_start|>' + m.role + '<|im_end|>' }}" }).slice(0, 2)).toEqual(['chatml', true]);
  expect(detected({ chatTemplate: '### User:\n{{ x }}\n### Assistant:\n' }).slice(0, 2)).toEqual(['memphis', true]);
});

test.each([
  ['metharme', 'gptneox', 'PygmalionAI/metharme-1.3b'], ['metharme', 'llama', 'metharme-7b'], ['oasst', 'gptneox', 'oasst-sft-1-pythia-12b'], ['memphis', 'stablelm', 'Memphis Scribe 3B'],
])('a founding model is known by its name and architecture: %s on %s', (format, architecture, name) => {
  expect(detected({ architecture, name }).slice(0, 2)).toEqual([format, true]);
});

test('a name alone is a guess', () => {
  expect(detected({ architecture: 'qwen2', name: 'memphis' }).slice(0, 2)).toEqual(['memphis', false]);
});

test('without evidence it is plain prose, with a word why', () => {
  expect(detected({ architecture: 'llama', name: 'base' })).toEqual(['prose', false, 'Plain prose: no role marks in its vocabulary and no chat template: it continues text']);
  expect(detected({ tokens: ['[INST]'], chatTemplate: '[INST]' })).toEqual(['prose', false, 'Plain prose: its chat template is of a kind that is not known here']);
});
