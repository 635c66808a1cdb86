import { describe, expect, test } from 'vitest';
import { formatByName } from '../../../shared/prompt/formats.ts';
import type { PlanRequest, PromptFormat } from '../../../shared/prompt/types.ts';
import { Thinking } from './thinking.ts';

const qwen = formatByName('qwen3');
if (qwen === null) throw new Error('there is no format qwen3');
const plan = (format: PromptFormat, written: string | null = null): PlanRequest => ({
  format, turns: written === null ? [] : [{ id: 'm', role: 'model', speaker: null, text: written }], open: written !== null, reserve: 10, contextSize: 512, cut: null,
});

/** What comes of a text that arrives in pieces of so many characters. */
function through(text: string, size: number, request: PlanRequest, budget = 1000): { text: string; tokens: number; spent: boolean } {
  const thinking = new Thinking(request, budget);
  let out = thinking.begin();
  for (let at = 0; at < text.length; at += size) out += thinking.push(text.slice(at, at + size));
  const spent = thinking.isSpent;
  return { text: out + thinking.end(), tokens: thinking.tokens, spent };
}

describe('thinking stands between marks on lines of their own, however it arrives', () => {
  test.each([1, 2, 3, 5, 100])('in pieces of %d', (size) => {
    expect(through('<think>Hm.</think>Yes.', size, plan(qwen)).text).toBe('<think>\nHm.\n</think>\n\nYes.');
    expect(through('\n<think>\n\nHm,\n\n let me see. \n</think>\n\n\nYes. <think>no</think>', size, plan(qwen)).text).toBe('<think>\nHm,\n\n let me see.\n</think>\n\nYes. <think>no</think>');
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

test('other formats know no thinking', () => {
  const plain = formatByName('chatml') ?? qwen;
  expect(through('<think>Hm.</think>Yes.', 4, plan(plain))).toEqual({ text: '<think>Hm.</think>Yes.', tokens: 0, spent: false });
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
