import { expect, test } from 'vitest';
import { type BannedText, PhraseGuard } from './phrases.ts';

interface Given {
  readonly phrases?: readonly string[];
  readonly words?: readonly string[];
  readonly before?: string;
  readonly owed?: string;
}

const run = (phrases: readonly string[], texts: readonly (string | Uint8Array)[]) => runWith({ phrases }, texts);

/** Tokens are numbered by their place in a list of texts. */
function runWith(
  { phrases = [], words = [], before = '', owed = '' }: Given,
  texts: readonly (string | Uint8Array)[],
): { said: string; undone: number[]; held: number } {
  const banned: BannedText[] = [
    ...phrases.map((text) => ({ text, isWord: false })),
    ...words.map((text) => ({ text, isWord: true })),
  ];
  const bytes = (token: number): Uint8Array => {
    const text = texts[token] ?? '';
    return typeof text === 'string' ? new TextEncoder().encode(text) : text;
  };
  const guard = new PhraseGuard<{ token: number }>(banned, bytes, { before, owed });
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

test('a word is undone however it is spelled in tokens, with what shows that it is one', () => {
  expect(runWith({ words: ['it'] }, ['I like ', 'i', 't', '.'])).toEqual({ said: 'I like ', undone: [3], held: 0 });
  expect(runWith({ words: ['it'] }, ['Put', ' It', ' d'])).toEqual({ said: 'Put', undone: [2], held: 0 });
  expect(runWith({ words: ['it'] }, ['(i', 't)', ' so'])).toEqual({ said: ' so', undone: [2], held: 0 });
});

test('a word is no part of a longer one', () => {
  const free = ['The ', 'wit', ' of ', 'it', 'ems', ' and bits', ', i', 'ts', ' end '];
  expect(runWith({ words: ['it', 'ND'] }, free)).toEqual({ said: free.join(''), undone: [], held: 0 });
  const [first, second] = new TextEncoder().encode('é');
  const split = ['it', Uint8Array.of(first ?? 0), Uint8Array.of(second ?? 0), '!'];
  expect(runWith({ words: ['it'] }, split)).toEqual({ said: 'ité!', undone: [], held: 0 });
  expect(runWith({ words: ['***'] }, ['so***so'])).toEqual({ said: '', undone: [1], held: 0 });
});

test('a word at the end of the text is undone with the end, and never let go where nothing more comes', () => {
  const guard = new PhraseGuard<{ token: number }>([{ text: 'it', isWord: true }], (token) =>
    new TextEncoder().encode(['is ', 'i', 't', ''][token]),
  );
  expect(guard.push({ token: 0 })).toEqual({ decided: [{ token: 0 }] });
  expect(guard.push({ token: 1 })).toEqual({ decided: [] });
  expect(guard.push({ token: 2 })).toEqual({ decided: [] });
  expect(guard.end({ token: 3 })).toEqual({ undo: 3 });
  guard.push({ token: 1 });
  guard.push({ token: 2 });
  expect(guard.release()).toEqual([]);
});

test('what began in the text that stands is undone from the first token that goes on with it', () => {
  expect(runWith({ phrases: ['shivers'], before: 'Cold SHI' }, ['v', 'ers', ' down'])).toEqual({
    said: ' down',
    undone: [2],
    held: 0,
  });
  expect(runWith({ words: ['it'], before: 'and i' }, ['t', ' was'])).toEqual({ said: '', undone: [2], held: 0 });
  expect(runWith({ words: ['it'], before: 'the w' }, ['it', ' was'])).toEqual({ said: 'it was', undone: [], held: 0 });
});

test('what a person wrote stands: only what is new is undone', () => {
  expect(runWith({ words: ['it'], before: 'and it' }, [' was', ' it', '!'])).toEqual({
    said: ' was',
    undone: [2],
    held: 0,
  });
  expect(runWith({ words: ['it'], before: 'and ', owed: 'it' }, ['it', ' was'])).toEqual({
    said: 'it was',
    undone: [],
    held: 0,
  });
  expect(runWith({ words: ['it'], before: 'and ', owed: 'i' }, ['i', 't', '.', 'n!'])).toEqual({
    said: 'in!',
    undone: [2],
    held: 0,
  });
});
