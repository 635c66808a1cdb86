import { expect, test } from 'vitest';
import { type FormatUse, formatWarnings } from './format-warnings.ts';
import { formatByName } from './formats.ts';
import { NOTE_TEXT, PROBES, renderText } from './template-probes.ts';

const format = (name: string) =>
  formatByName(name) ??
  (() => {
    throw new Error(`no ${name}`);
  })();
const marks = ['<|system|>', '<|user|>', '<|model|>'];
const use = (more: Partial<FormatUse> = {}): FormatUse => ({
  control: [...marks, '<|endoftext|>'],
  userDefined: [],
  bos: null,
  endText: '<|endoftext|>',
  renderings: null,
  ...more,
});
const rendered = (name: string, change: (text: string) => string = (text) => text) =>
  PROBES.map(({ turns }) => ({ text: change(renderText(format(name), turns)) }));

test('a format whose marks are control tokens needs no word', () => {
  expect(formatWarnings(format('metharme'), use({ renderings: rendered('metharme') }))).toEqual([]);
  expect(formatWarnings(format('prose'), use())).toEqual([]);
});

test('marks that are plain text, by the model or by the format', () => {
  expect(formatWarnings(format('oasst'), use())).toEqual([
    { code: 'MARKS_NOT_IN_VOCABULARY', params: { marks: ['<|prompter|>', '<|assistant|>'] } },
  ]);
  expect(formatWarnings(format('memphis'), use())).toEqual([
    { code: 'MARKS_ARE_WORDS', params: { marks: ['### System:', '### User:', '### Assistant:'] } },
  ]);
  expect(formatWarnings(format('metharme'), use({ control: ['<|endoftext|>'], userDefined: marks }))).toEqual([
    { code: 'MARKS_IN_ORDINARY_TEXT', params: { marks } },
  ]);
});

test('marks that their makers taught as text are no fault; the words of a preface are no marks', () => {
  expect(formatWarnings(format('llama-2-chat'), use({ control: ['<s>', '</s>'], endText: '</s>' }))).toMatchObject([
    { code: 'MARKS_ARE_WORDS', params: { marks: expect.arrayContaining(['<SYS>', '[INST]']) as unknown } },
  ]);
  const preface = { ...format('metharme'), begins: 'Today. ' };
  expect(formatWarnings(preface, use({ renderings: rendered('metharme', (text) => `Today. ${text}`) }))).toEqual([]);
});

test('a missing end token', () => {
  expect(formatWarnings(format('metharme'), use({ endText: null }))).toEqual([{ code: 'NO_END_TOKEN', params: {} }]);
});

test('what the template does with notes, and otherwise', () => {
  const without = PROBES.map(({ turns }) => ({
    text: renderText(
      format('oasst'),
      turns.filter((turn) => turn.role !== 'system'),
    ),
  }));
  const withMarks = use({ control: ['<|prompter|>', '<|assistant|>', '<|endoftext|>'] });
  expect(formatWarnings(format('oasst'), { ...withMarks, renderings: without })).toEqual([
    { code: 'TEMPLATE_DROPS_NOTES', params: { inFront: true } },
  ]);
  const refusing = PROBES.map(({ turns, note }) =>
    note !== 'none'
      ? { refusal: 'Only user and assistant roles are supported!' }
      : { text: renderText(format('oasst'), turns) },
  );
  expect(formatWarnings(format('oasst'), { ...withMarks, renderings: refusing })[0]).toEqual({
    code: 'TEMPLATE_REFUSES_NOTES',
    params: { inFront: true },
  });
  expect(formatWarnings(format('metharme'), use({ renderings: rendered('chatml') }))).toEqual([
    { code: 'TEMPLATE_DIFFERS', params: {} },
  ]);
  expect(
    formatWarnings(format('metharme'), use({ renderings: PROBES.map(() => ({ refusal: 'Unknown filter.' })) })),
  ).toEqual([{ code: 'TEMPLATE_NOT_RUN', params: { why: 'Unknown filter.' } }]);
  expect(rendered('metharme')[3]?.text).toContain(NOTE_TEXT);
});
