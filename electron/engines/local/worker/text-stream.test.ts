import { expect, test } from 'vitest';
import { TextStream } from './text-stream.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function stream(
  pieces: readonly (string | Uint8Array)[],
  stops: readonly string[] = [],
): { shown: string[]; stopped: boolean } {
  const text = new TextStream(stops);
  const shown = pieces.map((piece) => text.push(typeof piece === 'string' ? bytes(piece) : piece));
  return { shown: [...shown, text.end()], stopped: text.stopped };
}

test('a character appears whole, with its last byte', () => {
  const [a, b, c, d] = bytes('🦊');
  expect(stream(['a', ...[a, b, c, d].map((byte) => Uint8Array.of(byte ?? 0)), 'b']).shown).toEqual([
    'a',
    '',
    '',
    '',
    '🦊',
    'b',
    '',
  ]);
});

test('an incomplete last character is dropped', () => {
  expect(stream(['é', bytes('🦊').slice(0, 3)]).shown.join('')).toBe('é');
});

test('a stop text split over tokens is never shown, not even in part', () => {
  expect(stream(['go in', '<', '|us', 'er', '|>', 'no'], ['<|user|>'])).toEqual({
    shown: ['go in', '', '', '', '', '', ''],
    stopped: true,
  });
});

test('what only began like a stop text is shown when decided', () => {
  expect(stream(['a <', '|u', 'n', '|> b'], ['<|user|>'])).toEqual({
    shown: ['a ', '', '<|un', '|> b', ''],
    stopped: false,
  });
  expect(stream(['fine <|us'], ['<|user|>']).shown.join('')).toBe('fine <|us');
  expect(stream(['##', '# Us', 'er', ':'], ['### User:', '### Assistant:'])).toEqual({
    shown: ['', '', '', '', ''],
    stopped: true,
  });
});

test('the earliest of several stops ends the text', () => {
  expect(stream(['one STOP two END'], ['END', 'STOP'])).toEqual({ shown: ['one ', ''], stopped: true });
});

test('a word joiner is not passed on, and what it kept apart is no stop', () => {
  expect(stream(['<\u2060|user|> said'], ['<|user|>'])).toEqual({ shown: ['<|user|> said', ''], stopped: false });
});

test('the space that SentencePiece puts first is dropped once', () => {
  const text = new TextStream([], ' ');
  expect([text.push(bytes(' Once')), text.push(bytes(' more'))]).toEqual(['Once', ' more']);
});
