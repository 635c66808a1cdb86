import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { wordTokenizer, type TestVocabulary } from '../../../tests/helpers/tokenizers.ts';
import { formatByName } from '../formats/formats.ts';
import { planPrompt } from './plan.ts';
import { spell, Spellings } from './spellings.ts';
import type { PromptFormat, PromptTurn } from '../types.ts';

const turn = (role: PromptTurn['role'], text: string): PromptTurn => ({ id: role, role, speaker: null, text });
const goOn = (text: string, vocabulary: TestVocabulary = {}, format = 'metharme') => {
  const { tokenizer, textOf } = wordTokenizer({ control: ['<|user|>', '<|model|>'], ...vocabulary });
  const request = {
    format: formatByName(format) as PromptFormat,
    turns: [turn('user', 'Go on.'), turn('model', text)],
    open: true,
    reserve: 100,
    contextSize: 1024,
    cut: null,
  };
  const plan = planPrompt(request, tokenizer);
  return { ...plan, sent: textOf(plan.tokens), held: textOf(plan.heldBack) };
};

describe('a text that is gone on with', () => {
  test.each([
    ['The keeper walked to the ', 'The keeper walked to the', ' '],
    ['She opened the do', 'She opened the', ' do'],
    ['It was over.', 'It was over', '.'],
    ['It was over.\n', 'It was over.', '\n'],
    ['It was over. \n \n', 'It was over.', ' \n \n'],
    ['She said: “No', 'She said: “', 'No'],
    ['Th', '', 'Th'],
  ])('%j: what may belong to the next word is left to the reply (F10)', (text, sent, held) => {
    const plan = goOn(text);
    expect(plan.sent).toBe(`<|user|>Go on.<|model|>${sent}`);
    expect(plan.held).toBe(held);
    expect(plan.prompt).toBe(`<|user|>Go on.<|model|>${text}`);
    expect(plan.ledger.heldBack).toBe(held);
    expect(plan.ledger.total).toBe(plan.tokens.length);
    const { at, tokens } = plan.ledger.segments[1] ?? {};
    expect((at ?? NaN) + (tokens ?? NaN)).toBe(plan.tokens.length);
  });

  test('an empty turn ends in its mark, and holds nothing back', () => {
    expect(goOn('').heldBack).toEqual([]);
    expect(goOn('', {}, 'memphis').heldBack).toEqual([]);
  });

  test('a space that SentencePiece put in front is none that somebody wrote', () => {
    const plan = goOn('Th', { kind: 'spm' });
    expect(plan.held).toBe(' Th');
    expect(plan.ledger.heldBack).toBe('Th');
  });

  test('is cut only where every longer text is: what is sent is what all of them begin with (F10)', () => {
    const piece = fc.constantFrom(
      ...'a|stone|sto|river|.|. |!|  | |\n|\n\n|é|🦊|狐|on|ne|er|ver|us|#|##|<|word|wo'.split('|'),
    );
    const text = (minLength: number) => fc.array(piece, { minLength, maxLength: 12 }).map((all) => all.join(''));
    const vocabulary = fc.record({
      unit: fc.constantFrom('words' as const, 'pairs' as const),
      kind: fc.constantFrom('bpe' as const, 'spm' as const),
      control: fc.constantFrom([], ['<|user|>', '<|model|>']),
    });
    let heldBack = 0;
    fc.assert(
      fc.property(text(1), text(1), vocabulary, (before, after, words) => {
        const { tokenizer } = wordTokenizer(words);
        const [short, long] = [before, before + after].map((said) =>
          planPrompt(
            {
              format: formatByName('metharme') as PromptFormat,
              turns: [turn('user', 'Go on.'), turn('model', `So${said}`)],
              open: true,
              reserve: 0,
              contextSize: 4096,
              cut: null,
            },
            tokenizer,
          ),
        );
        const whole = [...(long?.tokens ?? []), ...(long?.heldBack ?? [])];
        expect(whole.slice(0, short?.tokens.length)).toEqual(short?.tokens);
        heldBack += short?.heldBack.length ?? 0;
      }),
      { numRuns: sizeOf(1000, 20_000), seed: SEED },
    );
    expect(heldBack).toBeGreaterThan(sizeOf(1000, 20_000) / 4);
  });
});

test('tokens are found by what they spell as if all of them were compared', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 4, max: 3 });
  fc.assert(
    fc.property(
      fc.array(bytes, { maxLength: 40 }),
      fc.uint8Array({ minLength: 1, maxLength: 8, max: 3 }),
      (all, said) => {
        const tokens = all.map((token, id) => [id, spell(token)] as const);
        const spellings = new Spellings(tokens);
        const text = spell(said);
        const fits = (token: string, rest: string) => rest.startsWith(token) || token.startsWith(rest);
        expect(spellings.towards(text).toSorted((a, b) => a - b)).toEqual(
          tokens.flatMap(([id, token]) => (fits(token, text) ? [id] : [])),
        );
        for (let at = 0; at < text.length; at++) {
          const lengths = tokens.flatMap(([, token]) => (fits(token, text.slice(at)) ? [token.length] : []));
          const longest = Math.max(0, ...lengths);
          expect(spellings.reach(text, at)).toBe(longest > text.length - at ? Infinity : at + longest);
        }
      },
    ),
    { numRuns: sizeOf(500, 5000), seed: SEED },
  );
});
