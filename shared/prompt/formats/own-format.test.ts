import { describe, expect, test } from 'vitest';
import { render } from '../../../electron/engines/local/gguf/render.ts';
import { chatTemplates } from '../../../tests/helpers/vocabularies.ts';
import { formatByName } from './formats.ts';
import { deduceFormat } from './own-format.ts';
import { asMessages, PROBES, renderText } from './template-probes.ts';

const EXACT = { plain: true, noted: true, differs: false };
const deduced = (template: string) => {
  const renderings = render({
    kind: 'render',
    template,
    probes: PROBES.map(({ turns }) => asMessages(turns)),
    special: { bos: '<s>', eos: '</s>' },
  });
  return { renderings, found: deduceFormat(renderings, '<s>') };
};

test.each(['metharme', 'memphis', 'chatml'])('a format is read off what it writes: %s', (name) => {
  const format = formatByName(name);
  if (!format) throw new Error(`no ${name}`);
  const found = deduceFormat(
    PROBES.map(({ turns }) => ({ text: renderText(format, turns) })),
    null,
  );
  expect(found?.agreement).toEqual(EXACT);
  expect(found?.format).toMatchObject({
    before: format.before,
    after: format.after,
    opensReply: format.opensReply,
    system: 'own',
  });
});

describe('templates of known models become formats that write as they do', () => {
  const templates = chatTemplates();
  const of = (name: string) => deduced(templates.get(name) ?? '').found;

  test('marks are told from what stands between them', () => {
    expect(of('microsoft-Phi-3.5-mini-instruct')).toMatchObject({
      agreement: EXACT,
      format: {
        before: { system: '<|system|>\n', user: '<|user|>\n', model: '<|assistant|>\n' },
        after: { user: '<|end|>\n' },
        stops: ['<|end|>', '<|user|>'],
        system: 'own',
      },
    });
    expect(of('moonshotai-Kimi-K2')?.format).toMatchObject({
      before: { user: '<|im_user|>user<|im_middle|>', model: '<|im_assistant|>assistant<|im_middle|>' },
      after: { user: '<|im_end|>', model: '<|im_end|>' },
    });
    expect(of('MiniMax-M1')?.format.before.user).toBe('<beginning_of_sentence>user name=user\n');
  });

  test('notes go where the template puts them', () => {
    // Gemma takes no notes: they go in front of what the user says.
    expect(of('google-gemma-2-2b-it')).toMatchObject({
      agreement: { plain: true, noted: false, differs: false },
      format: { before: { user: '<start_of_turn>user\n' }, after: { model: '<end_of_turn>\n' }, system: 'fold' },
    });
    expect(of('mistralai-Mistral-Nemo-Instruct-2407')).toMatchObject({
      agreement: EXACT,
      format: { before: { user: '[INST]', model: '[/INST]' }, after: { model: '</s>' }, system: 'last' },
    });
    expect(of('CohereForAI-c4ai-command-r7b-12-2024-tool_use')?.format.preface?.before).toMatch(
      /preamble instructions\.\n$/,
    );
  });

  test('a preface of its own is sent, and is no mark', () => {
    const found = of('meta-llama-Llama-3.1-8B-Instruct');
    expect(found).toMatchObject({
      agreement: EXACT,
      format: {
        before: { user: '<|start_header_id|>user<|end_header_id|>\n\n' },
        after: { user: '<|eot_id|>', model: '<|eot_id|>' },
        preface: { after: '<|eot_id|>' },
      },
    });
    expect(found?.format.preface?.alone).toContain('Cutting Knowledge Date');
  });

  test('what opens the thinking is left open', () => {
    for (const name of ['Qwen-QwQ-32B', 'deepseek-ai-DeepSeek-V3.1', 'GLM-4.7-Flash', 'Spark2.5'])
      expect(of(name)?.format.opensReply).toMatch(/<think>\n?$/);
  });
});

test('where a template does not open the reply, the format does', () => {
  expect(deduced('{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}').found).toMatchObject({
    agreement: EXACT,
    format: { before: { model: '<|assistant|>' }, opensReply: '<|assistant|>' },
  });
});

test('what stands in front of all is written once', () => {
  const begins = (front: string) =>
    deduced(
      `${front}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`,
    ).found;
  expect(begins('[gMASK]<sop>')).toMatchObject({
    agreement: EXACT,
    format: { begins: '[gMASK]<sop>', before: { system: '<|system|>', user: '<|user|>', model: '<|assistant|>' } },
  });
  expect(begins('Today is Monday. ')?.format.begins).toBe('Today is Monday. ');
});

test('what does not write turns as they are is no format', () => {
  expect(deduced('{{ messages | length }}').found).toBeNull();
  expect(deduced('{% for m in messages %}{{ m.content | upper }}{% endfor %}').found).toBeNull();
  expect(deduced('{% for m in messages %}{{ m.content }}{% endfor %}').found).toBeNull();
  expect(deduced("{{ raise_exception('no') }}").found).toBeNull();
  // Marks that count turns fit no rule.
  expect(deduced('{% for m in messages %}[{{ loop.index }}]{{ m.content }}{% endfor %}').found).toBeNull();
});
