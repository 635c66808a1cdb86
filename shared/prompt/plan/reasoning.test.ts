import { describe, expect, test } from 'vitest';
import { FORMATS, formatByName } from '../formats/formats.ts';
import { renderParts } from './parts.ts';
import { AS_WRITTEN } from './role-words.ts';
import { openReasoning, spokenTurns, withoutReasoning } from './reasoning.ts';
import type { PromptTurn } from '../types.ts';

const THINKS = formatByName('qwen3') ?? FORMATS[0];
const PLAIN = formatByName('metharme') ?? FORMATS[0];
if (THINKS === undefined || PLAIN === undefined) throw new Error('formats are missing');
const model = (text: string): PromptTurn => ({ id: 'm', role: 'model', speaker: null, text });

describe('what a model thought is left out of later prompts (F9)', () => {
  test.each([
    ['<think>\nHm.\n</think>\n\nYes.', 'Yes.'],
    ['<think>Hm.</think>Yes.', 'Yes.'],
    ['Well.\n<think>\nHm.\n</think>\nYes.', 'Well.\nYes.'],
    ['<think>\na\n</think>\nOne.\n[THINK]\nb\n[/THINK]\nTwo.', 'One.\nTwo.'],
    ['<think>\nIt was stopped while', ''],
    ['I say <think> aloud.', 'I say <think> aloud.'],
    ['Nothing of the kind.', 'Nothing of the kind.'],
  ])('%j', (text, spoken) => {
    expect(withoutReasoning(text, THINKS)).toBe(spoken);
    expect(withoutReasoning(text, PLAIN)).toBe(spoken);
  });

  test('only of the model’s turns', () => {
    const turns = [
      { ...model('<think>\na\n</think>\nb'), id: 'u', role: 'user' as const },
      model('<think>\na\n</think>\nb'),
    ];
    expect(spokenTurns(turns, THINKS, false).map((turn) => turn.text)).toEqual(['<think>\na\n</think>\nb', 'b']);
  });

  test('a format’s own marks count beside the known ones', () => {
    const format = { reasoning: { open: '((', close: '))' } };
    expect(withoutReasoning('((Hm.))\nYes.\n<think>\nHm.\n</think>\nAgain.', format)).toBe('Yes.\nAgain.');
  });
});

describe('Continue', () => {
  test('thinks on in a block that was not closed, behind its mark', () => {
    const text = '<think>\na\n</think>\nOne.\n<think>\nand then';
    expect(openReasoning(text, THINKS)).toEqual({
      before: 'One.\n',
      marks: { open: '<think>', close: '</think>' },
      thought: '\nand then',
    });
    const [turn] = spokenTurns([model(text)], THINKS, true);
    const { parts } = renderParts(THINKS, [turn ?? model('')], { open: true, reply: false }, AS_WRITTEN);
    expect(parts.slice(1).map(({ kind, text: part }) => [kind, part])).toEqual([
      ['text', 'One.\n'],
      ['marker', '<think>'],
      ['text', '\nand then'],
    ]);
  });
  test('behind a closed block sees the answer only', () => {
    expect(openReasoning('<think>\na\n</think>\nOne', THINKS)).toBeNull();
    expect(spokenTurns([model('<think>\na\n</think>\nOne')], THINKS, true)[0]?.text).toBe('One');
  });
});
