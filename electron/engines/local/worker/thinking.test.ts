import { describe, expect, test } from 'vitest';
import { formatByName } from '../../../../shared/prompt/formats/formats.ts';
import { withoutReasoning } from '../../../../shared/prompt/plan/reasoning.ts';
import type { PlanRequest, PromptFormat } from '../../../../shared/prompt/types.ts';
import { wordTokenizer } from '../../../../tests/helpers/tokenizers.ts';
import { Thinking } from './thinking.ts';

const qwen = formatByName('qwen3');
if (qwen === null) throw new Error('there is no format qwen3');
const plan = (format: PromptFormat, written: string | null = null): PlanRequest => ({
  format,
  turns: written === null ? [] : [{ id: 'm', role: 'model', speaker: null, text: written }],
  open: written !== null,
  reserve: 10,
  contextSize: 512,
  cut: null,
});

/** What comes of a text that arrives in pieces of so many characters. */
function through(
  text: string,
  size: number,
  request: PlanRequest,
  budget = 1000,
): { text: string; tokens: number; spent: boolean } {
  const thinking = new Thinking(request, budget);
  let out = thinking.begin();
  for (let at = 0; at < text.length; at += size) out += thinking.push(text.slice(at, at + size));
  const spent = thinking.isSpent;
  return { text: out + thinking.end(), tokens: thinking.tokens, spent };
}

describe('thinking stands between marks on lines of their own, however it arrives', () => {
  test.each([1, 2, 3, 5, 100])('in pieces of %d', (size) => {
    expect(through('<think>Hm.</think>Yes.', size, plan(qwen)).text).toBe('<think>\nHm.\n</think>\n\nYes.');
    expect(
      through('\n<think>\n\nHm,\n\n let me see. \n</think>\n\n\nYes. <think>no</think>', size, plan(qwen)).text,
    ).toBe('<think>\nHm,\n\n let me see.\n</think>\n\nYes. <think>no</think>');
    expect(through('<think>\n\n</think>\n\nAt once.', size, plan(qwen)).text).toBe('<think>\n</think>\n\nAt once.');
    expect(through('<think>\nIt was stopped </thi', size, plan(qwen)).text).toBe('<think>\nIt was stopped </thi');
    expect(through('<thimble> is a word.', size, plan(qwen)).text).toBe('<thimble> is a word.');
    expect(through(' Plain.', size, plan(qwen)).text).toBe(' Plain.');
  });
});

test('a format that opens the block itself begins with it', () => {
  const opens = { ...qwen, opensReply: `${qwen.opensReply}<think>\n` };
  expect(through('Hm.</think>Yes.', 1, plan(opens))).toMatchObject({ text: '<think>\nHm.\n</think>\n\nYes.' });
});

describe('a format with channels', () => {
  const harmony = formatByName('harmony') ?? qwen;
  const { open, close } = harmony.reasoning ?? { open: '', close: '' };
  test.each([1, 4, 100])('is written down with marks that the page knows, in pieces of %d', (size) => {
    expect(through(`Hm, let me see.${close}Yes.`, size, plan(harmony)).text).toBe(
      '<think>\nHm, let me see.\n</think>\n\nYes.',
    );
    expect(through(`${close}At once.`, size, plan(harmony)).text).toBe('<think>\n</think>\n\nAt once.');
  });
  test('thinks on where it was stopped, also in a block of another model', () => {
    expect(through(` and so.${close}Yes.`, 3, plan(harmony, '<think>\nHm,')).text).toBe(' and so.\n</think>\n\nYes.');
    expect(through(` and so.${close}Yes.`, 3, plan(harmony, '[THINK]\nHm,')).text).toBe(' and so.\n[/THINK]\n\nYes.');
    expect(through('</think>Yes.', 3, plan(qwen, '[THINK]\nHm,')).text).toBe('\n[/THINK]\n\nYes.');
  });
  test('its marks have text while it thinks, and end the answer behind it', () => {
    const { tokenizer: vocabulary } = wordTokenizer({
      control: ['<|channel|>', '<|message|>', '<|end|>', '<|start|>'],
    });
    const end = vocabulary.special('<|end|>')?.id ?? -1;
    const thinking = new Thinking(plan(harmony), 100);
    expect(new TextDecoder().decode(thinking.markOf(end, vocabulary) ?? undefined)).toBe('<|end|>');
    expect(thinking.endsAnswer(end, vocabulary)).toBe(false);
    expect(
      thinking
        .closing(vocabulary)
        .map((id) => new TextDecoder().decode(vocabulary.bytes(id)))
        .join(''),
    ).toBe(close);
    thinking.push(`Hm.${close}Yes.`);
    expect(thinking.endsAnswer(end, vocabulary)).toBe(true);
    expect(new Thinking(plan(qwen), 100).endsAnswer(end, vocabulary)).toBe(false);
  });
  test('is left out of later prompts like any other', () => {
    expect(withoutReasoning(`${open}Hm.${close}Yes.`, harmony)).toBe('Yes.');
  });
});

test('other formats know no thinking', () => {
  const plain = formatByName('chatml') ?? qwen;
  expect(through('<think>Hm.</think>Yes.', 4, plan(plain))).toEqual({
    text: '<think>Hm.</think>Yes.',
    tokens: 0,
    spent: false,
  });
});

test('Continue thinks on where it was stopped, and elsewhere only writes', () => {
  expect(through(' and so.</think>Yes.', 3, plan(qwen, '<think>\nHm,')).text).toBe(' and so.\n</think>\n\nYes.');
  expect(through('<think>a</think>', 3, plan(qwen, 'He said ')).text).toBe('<think>a</think>');
});

test('counts its tokens until the block ends, and knows when the budget is spent', () => {
  expect(through('<think>abcdef</think>xyz', 1, plan(qwen), 5)).toMatchObject({ spent: false, tokens: 15 });
  expect(through('<think>abcdef', 1, plan(qwen), 6)).toMatchObject({ spent: true, tokens: 7 });
  expect(through('<think>abcdef', 1, plan(qwen), 8)).toMatchObject({ spent: false });
});
