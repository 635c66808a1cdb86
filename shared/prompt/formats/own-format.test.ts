import { expect, test } from 'vitest';
import { render } from '../../../electron/engines/local/gguf/render.ts';
import { chatTemplates } from '../../../tests/helpers/vocabularies.ts';
import { formatByName } from './formats.ts';
import { deduceFormat } from './own-format.ts';
import { asMessages, PROBES, renderText } from './template-probes.ts';

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
  const { format: own, exact } =
    deduceFormat(
      PROBES.map(({ turns }) => ({ text: renderText(format, turns) })),
      null,
    ) ?? {};
  expect(exact).toBe(true);
  expect(own).toMatchObject({
    before: format.before,
    after: format.after,
    opensReply: format.opensReply,
    system: 'own',
  });
});

test('templates of known models become formats that write as they do', () => {
  const templates = chatTemplates();
  const of = (name: string) => deduced(templates.get(name) ?? '').found;
  expect(of('microsoft-Phi-3.5-mini-instruct')).toMatchObject({
    exact: true,
    format: {
      before: { system: '<|system|>\n', user: '<|user|>\n', model: '<|assistant|>\n' },
      after: { user: '<|end|>\n' },
      stops: ['<|end|>', '<|user|>'],
      system: 'own',
    },
  });
  // Gemma takes no notes: they go in front of what the user says.
  expect(of('google-gemma-2-2b-it')).toMatchObject({
    exact: false,
    format: {
      before: { user: '<start_of_turn>user\n', model: '<start_of_turn>model\n' },
      after: { model: '<end_of_turn>\n' },
      system: 'fold',
    },
  });
  // A preface of its own is not mistaken for a mark.
  expect(of('meta-llama-Llama-3.1-8B-Instruct')).toMatchObject({
    exact: false,
    format: {
      before: { user: '<|start_header_id|>user<|end_header_id|>\n\n' },
      after: { user: '<|eot_id|>', model: '<|eot_id|>' },
    },
  });
  expect(of('mistralai-Mistral-Nemo-Instruct-2407')).toMatchObject({
    format: { before: { user: '[INST]', model: '[/INST]' }, after: { model: '</s>' } },
  });
  expect([...templates.values()].filter((template) => deduced(template).found !== null).length).toBeGreaterThanOrEqual(
    50,
  );
});

test('where a template does not open the reply, the format does', () => {
  expect(deduced('{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}').found).toMatchObject({
    exact: true,
    format: { before: { model: '<|assistant|>' }, opensReply: '<|assistant|>' },
  });
});

test('marks in front of all are written once; words there are left out', () => {
  const begins = (front: string) =>
    deduced(
      `${front}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`,
    ).found;
  expect(begins('[gMASK]<sop>')).toMatchObject({
    exact: true,
    format: { begins: '[gMASK]<sop>', before: { system: '<|system|>', user: '<|user|>', model: '<|assistant|>' } },
  });
  expect(begins('Today is Monday. ')?.format.begins).toBeUndefined();
});

test('what does not write turns as they are is no format', () => {
  expect(deduced('{{ messages | length }}').found).toBeNull();
  expect(deduced('{% for m in messages %}{{ m.content | upper }}{% endfor %}').found).toBeNull();
  expect(deduced('{% for m in messages %}{{ m.content }}{% endfor %}').found).toBeNull();
  expect(deduced("{{ raise_exception('no') }}").found).toBeNull();
  // Marks that count turns fit no rule.
  expect(deduced('{% for m in messages %}[{{ loop.index }}]{{ m.content }}{% endfor %}').found).toBeNull();
});
