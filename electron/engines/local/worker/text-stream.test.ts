import { expect, test } from 'vitest';
import { formatByName } from '../../../../shared/prompt/formats/formats.ts';
import { stopTexts } from '../../../../shared/prompt/plan/role-words.ts';
import type { PromptFormat } from '../../../../shared/prompt/types.ts';
import { TextStream } from './text-stream.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function format(name: string, stops?: readonly string[]): PromptFormat {
  const found = formatByName(name);
  if (found === null) throw new Error(`no ${name}`);
  return { ...found, stops: stops ?? found.stops };
}

function stream(
  pieces: readonly (string | Uint8Array)[],
  stops: readonly string[] = [],
): { shown: string[]; stopped: boolean } {
  return streamIn(format('prose', stops), pieces);
}

function streamIn(
  format: PromptFormat,
  pieces: readonly (string | Uint8Array)[],
  before = '',
): { shown: string[]; stopped: boolean } {
  const text = new TextStream(stopTexts(format), { before });
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

test('the name of somebody else at the start of a line ends a reply, with the line’s end before it (F18)', () => {
  const names = { speaker: 'Ines', others: ['Odo', 'Mara'] };
  const said = (pieces: readonly string[], before: string): { text: string; stopped: boolean } => {
    const text = new TextStream(stopTexts(format('chatml'), names), { before });
    return { text: pieces.map((piece) => text.push(bytes(piece))).join('') + text.end(), stopped: text.stopped };
  };
  expect(said(['No.', '\n', 'Od', 'o: Why?'], 'Ines:')).toEqual({ text: 'No.', stopped: true });
  expect(said(['Odo: that old name. ', 'I say Odo: no.'], 'Ines:')).toEqual({
    text: 'Odo: that old name. I say Odo: no.',
    stopped: false,
  });
  expect(said(['Mara: Hm.'], 'A line.\n')).toEqual({ text: '', stopped: true });
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

test.each([
  ['vicuna', 'He typed SUPERUSER: all doors open'],
  ['vicuna', 'ÄUSER: 3USER: _ASSISTANTUSER: and on'],
  ['alpaca', 'The heading said\n#### Response:\nand no more'],
  ['alpaca', 'It is written as ### Response: in the book'],
  ['pygmalion', '“Thank\u00a0You: yes'],
  ['memphis', 'Four hashes: #### User: four'],
])('in %s a word that only contains a stop text is shown whole: %s', (name, text) => {
  const whole = streamIn(format(name), [text]);
  const split = streamIn(format(name), Array.from(text));
  expect(whole.shown.join('')).toBe(text);
  expect(split).toEqual({ shown: expect.any(Array) as string[], stopped: false });
  expect(split.shown.join('')).toBe(text);
});

test.each([
  ['vicuna', 'Done. USER: more', 'Done. '],
  ['vicuna', 'Done.USER: more', 'Done.'],
  ['vicuna', 'SUPERUSER: and USER: more', 'SUPERUSER: and '],
  ['vicuna', 'USER: more', ''],
  ['alpaca', 'Done.\n\n### Response:\nmore', 'Done.\n\n'],
  ['alpaca', '#### Response:\n### Response:\nmore', '#### Response:\n'],
  ['pygmalion', 'Done.\nYou: more', 'Done.'],
  ['metharme', 'Done<|user|>more', 'Done'],
  ['llama-2-chat', 'Done[INST]more', 'Done'],
])('in %s a stop text at its border ends the reply: %s', (name, text, shown) => {
  for (const pieces of [[text], Array.from(text)]) {
    const result = streamIn(format(name), pieces);
    expect(result.shown.join('')).toBe(shown);
    expect(result.stopped).toBe(true);
  }
});

test('where a text is gone on with, its end is the border', () => {
  expect(streamIn(format('vicuna'), ['USER: open'], 'he is SUPER')).toEqual({
    shown: ['USER: open', ''],
    stopped: false,
  });
  expect(streamIn(format('vicuna'), ['USER: open'], 'he is super. ').stopped).toBe(true);
  expect(streamIn(format('alpaca'), ['### Response:'], 'A heading is #').stopped).toBe(false);
  expect(streamIn(format('alpaca'), ['### Response:'], 'A heading is\n').stopped).toBe(true);
});

test('a stop text of one’s own that is a word begins where no word goes on with it', () => {
  expect(streamIn(format('vicuna', ['END', '***']), ['BEND THE LEGEND, the END'])).toEqual({
    shown: ['BEND THE LEGEND, the ', ''],
    stopped: true,
  });
  expect(streamIn(format('vicuna', ['***']), ['so***'])).toEqual({ shown: ['so', ''], stopped: true });
});

test('a word joiner is not passed on, and what it kept apart is no stop', () => {
  expect(stream(['<\u2060|user|> said'], ['<|user|>'])).toEqual({ shown: ['<|user|> said', ''], stopped: false });
});

test('line ends come as they are stored, and stop texts and places count them so', () => {
  expect(stream(['It rains.\r', '\nIt pours.\r', '\r\n'])).toEqual({
    shown: ['It rains.\n', 'It pours.\n', '\n', ''],
    stopped: false,
  });
  expect(stream(['It rains.\r\n\r', '\nmore'], ['\n\n'])).toEqual({ shown: ['It rains.', '', ''], stopped: true });
  const text = new TextStream([]);
  for (const piece of ['a\r', '\nb']) text.push(bytes(piece));
  expect(text.length).toBe(3);
});

test('the space that SentencePiece puts first is dropped once', () => {
  const text = new TextStream([], { lead: ' ' });
  expect([text.push(bytes(' Once')), text.push(bytes(' more'))]).toEqual(['Once', ' more']);
});
