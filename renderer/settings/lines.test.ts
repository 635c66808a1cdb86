import { expect, test } from 'vitest';
import { biasLines, plainLines as linesOf, readLines } from './lines.ts';

const plainLines = linesOf(200);

test('a list is one entry to a line; line breaks are written out', () => {
  expect(readLines('a testament to\n\n shivers\n\\n', plainLines)).toEqual({
    entries: ['a testament to', ' shivers', '\n'],
  });
  expect(plainLines.show('\n')).toBe('\\n');
});

test('what was stored is read again from what is shown: spaces, backslashes, a written-out line break', () => {
  for (const text of ['\n', '\\n', '\\', ' ', '  ', '\t', 'word ', ' word', '\\ ', '\\\n', 'a\\sb', '\\d']) {
    expect(readLines(plainLines.show(text), plainLines), JSON.stringify(text)).toEqual({ entries: [text] });
    expect(readLines(biasLines.show({ text, bias: -2 }), biasLines), JSON.stringify(text)).toEqual({
      entries: [{ text, bias: -2 }],
    });
  }
  expect(plainLines.show('word ')).toBe('word\\s');
  expect(readLines('one\n   \n\\d', plainLines)).toEqual({ entries: ['one', '\\d'] });
});

test('a bias is a text and a number, and what is wrong is said', () => {
  expect(readLines('castle = 2.5\n#12=-100\n\\n = 1', biasLines)).toEqual({
    entries: [
      { text: 'castle', bias: 2.5 },
      { text: '#12', bias: -100 },
      { text: '\n', bias: 1 },
    ],
  });
  expect(readLines('castle', biasLines)).toEqual({ wrong: '“castle” has no number. Write it as: word = 2' });
  expect(readLines('castle = 1.2.3', biasLines)).toEqual({ wrong: expect.stringContaining('has no number') });
  expect(readLines('castle = 101', biasLines)).toEqual({ wrong: '101 is too much: from −100 to 100.' });
});

test('too many and too long are refused in words', () => {
  expect(readLines('a\n'.repeat(201), plainLines)).toEqual({ wrong: 'At most 200 lines.' });
  expect(readLines('a'.repeat(201), plainLines)).toEqual({ wrong: expect.stringContaining('too long') });
});
