import { expect, test } from 'vitest';
import { render } from '../../../electron/engines/local/gguf/render.ts';
import { chatTemplates } from '../../../tests/helpers/vocabularies.ts';
import { detectFormat } from './detect.ts';
import { FORMATS } from './formats.ts';
import { TEMPLATE_PROBES, trimOf } from './template-trim.ts';

const rendered = (template: string) =>
  render({ kind: 'render', template, probes: TEMPLATE_PROBES, special: { bos: '<s>', eos: '</s>' } });
const each = (body: string) => `{% for m in messages %}<|{{ m.role }}|>${body}{% endfor %}`;

test('what a template leaves out is seen at each end (F11)', () => {
  expect(trimOf(rendered(each('{{ m.content }}')))).toBe('none');
  expect(trimOf(rendered(each('{{ m.content | trim }}')))).toBe('both');
  expect(trimOf(rendered(each('{{ m.content.lstrip() }}')))).toBe('start');
  expect(trimOf(rendered(each('{{ m.content.rstrip() }}')))).toBe('end');
  expect(trimOf(rendered(each("{{ m.content | trim if m.role == 'user' else m.content }}")))).toBe('none');
  expect(trimOf(rendered("{{ raise_exception('no') }}"))).toBeNull();
});

test.each([
  ['google-gemma-2-2b-it', 'gemma', 'both'],
  ['meta-llama-Llama-3.1-8B-Instruct', 'llama-3', 'both'],
  ['meta-llama-Llama-3.2-3B-Instruct', 'llama-3', 'both'],
  ['meta-llama-Llama-3.3-70B-Instruct', 'llama-3', 'both'],
  ['Qwen-Qwen2.5-7B-Instruct', 'chatml', 'none'],
  ['mistralai-Mistral-Nemo-Instruct-2407', 'mistral-v3', 'none'],
  ['openbmb-MiniCPM5-1B', 'chatml', 'none'],
])('%s trims as %s says (F11)', (name, format, trim) => {
  const template = chatTemplates().get(name) ?? '';
  expect(trimOf(rendered(template))).toBe(trim);
  expect(FORMATS.find((one) => one.name === format)?.trim ?? 'none').toBe(trim);
});

test('a model whose template trims is spoken to so, whatever its format says, and one whose template does not is not', () => {
  const detected = (template: string) =>
    detectFormat({
      architecture: null,
      name: null,
      tokens: [],
      bos: '<s>',
      chatTemplate: template,
      renderings: rendered(template),
    }).format;
  const chatml = (content: string) =>
    `{% for m in messages %}<|im_start|>{{ m.role }}\n{{ ${content} }}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}`;
  expect(detected(chatml('m.content'))).toBe(FORMATS.find(({ name }) => name === 'chatml'));
  expect(detected(chatml('m.content | trim'))).toMatchObject({ name: 'chatml', trim: 'both', trimmedBy: 'template' });
  const llama3 = `{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}`;
  expect(detected(llama3)).toMatchObject({ name: 'llama-3', trim: 'none' });
  // What a tokenizer takes away beside its marks no template has to.
  const metharme = `{% for m in messages %}<|{{ 'model' if m.role == 'assistant' else m.role }}|>{{ m.content }}{% endfor %}<|model|>`;
  expect(detected(metharme)).toBe(FORMATS.find(({ name }) => name === 'metharme'));
});
