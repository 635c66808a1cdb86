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
    expect.stringMatching(/^Role marks are plain text in this model: <\|prompter\|> <\|assistant\|> are no tokens/),
  ]);
  expect(formatWarnings(format('memphis'), use())).toEqual([
    expect.stringMatching(/^Role marks are plain text in this format \(### System: ### User: ### Assistant:\)/),
  ]);
  expect(formatWarnings(format('metharme'), use({ control: ['<|endoftext|>'], userDefined: marks }))).toEqual([
    expect.stringMatching(/^<\|system\|> <\|user\|> <\|model\|> would also be read as marks in ordinary text/),
  ]);
});

test('marks that their makers taught as text are no fault; a preface that is left out is none either', () => {
  expect(formatWarnings(format('llama-2-chat'), use({ control: ['<s>', '</s>'], endText: '</s>' }))).toEqual([
    expect.stringMatching(/^Role marks are plain text in this format \(<SYS> \[INST\]/),
  ]);
  expect(
    formatWarnings(format('metharme'), use({ renderings: rendered('metharme', (text) => `Today. ${text}`) })),
  ).toEqual([]);
});

test('a missing end token', () => {
  expect(formatWarnings(format('metharme'), use({ endText: null }))).toEqual([
    expect.stringMatching(/does not name the token that ends a text/),
  ]);
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
    "The model's own chat template drops notes (system turns), so it may not heed them. This format sends them in front of your words.",
  ]);
  const refusing = PROBES.map(({ turns, noted }) =>
    noted ? { refusal: 'Only user and assistant roles are supported!' } : { text: renderText(format('oasst'), turns) },
  );
  expect(formatWarnings(format('oasst'), { ...withMarks, renderings: refusing })[0]).toMatch(/takes no notes/);
  expect(formatWarnings(format('metharme'), use({ renderings: rendered('chatml') }))).toEqual([
    expect.stringMatching(/writes conversations in another way/),
  ]);
  expect(
    formatWarnings(format('metharme'), use({ renderings: PROBES.map(() => ({ refusal: 'Unknown filter.' })) })),
  ).toEqual([expect.stringMatching(/could not be run.*Unknown filter\./)]);
  expect(rendered('metharme')[2]?.text).toContain(NOTE_TEXT);
});
