import { expect, test } from 'vitest';
import { PhraseGuard } from './phrases.ts';

/** Tokens are numbered by their place in a list of texts. */
function run(
  phrases: readonly string[],
  texts: readonly (string | Uint8Array)[],
): { said: string; undone: number[]; held: number } {
  const bytes = (token: number): Uint8Array => {
    const text = texts[token] ?? '';
    return typeof text === 'string' ? new TextEncoder().encode(text) : text;
  };
  const guard = new PhraseGuard<{ token: number }>(phrases, bytes);
  const said: Uint8Array[] = [];
  const undone: number[] = [];
  for (const token of texts.keys()) {
    const step = guard.push({ token });
    if ('undo' in step) undone.push(step.undo);
    else said.push(...step.decided.map((one) => bytes(one.token)));
  }
  return { said: new TextDecoder().decode(Buffer.concat(said)), undone, held: guard.release().length };
}

test('a phrase is undone from the token in which it begins, whatever the case of its letters', () => {
  expect(run(['a testament to'], ['It', ' was', ' a', ' Test', 'ament', ' to', ' him'])).toEqual({
    said: 'It was him',
    undone: [4],
    held: 0,
  });
  expect(run(['shivers'], ['cold ', 'SHI', 'V', 'ERS', ' down'])).toEqual({ said: 'cold  down', undone: [3], held: 0 });
  expect(run(['x y'], ['abx', ' y', 'z'])).toEqual({ said: 'z', undone: [2], held: 0 });
});

test('what only began like a phrase is let go as soon as that is clear, what may be one is held', () => {
  expect(run(['a testament to'], ['a', ' test', ' of', ' a'])).toEqual({ said: 'a test of', undone: [], held: 1 });
  expect(run(['aab'], ['a', 'a', 'a', 'c'])).toEqual({ said: 'aaac', undone: [], held: 0 });
  expect(run(['aab'], ['a', 'a', 'a', 'b'])).toEqual({ said: 'a', undone: [3], held: 0 });
});

test('letters of several bytes may be split over tokens', () => {
  const [first, second] = new TextEncoder().encode('é');
  expect(run(['été'], [Uint8Array.of(first ?? 0), Uint8Array.of(second ?? 0), 't', 'é', '!'])).toEqual({
    said: '!',
    undone: [4],
    held: 0,
  });
  expect(run(['été'], ['a', Uint8Array.of(first ?? 0), Uint8Array.of(second ?? 0), 's'])).toEqual({
    said: 'aés',
    undone: [],
    held: 0,
  });
});

test('without phrases nothing is held', () => {
  expect(run([], ['a', 'b'])).toEqual({ said: 'ab', undone: [], held: 0 });
});
