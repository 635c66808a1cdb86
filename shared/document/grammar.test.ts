import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escapeLine,
  isMark,
  isNormal,
  isUnmarked,
  normalise,
  normaliser,
  parse,
  print,
  printMark,
  readMark,
  speakerOf,
  unescapeLine,
} from './grammar.ts';
import { ROLES } from './turn.ts';
import type { TurnContent } from './turn.ts';
import { SEED } from '../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const markish = fc
  .tuple(
    fc.constantFrom('', '\\', '\\\\', ' '),
    fc.constantFrom('<|system|>', '<|user|>', '<|model|>', '<|users|>', '<|'),
    fc.constantFrom('', ' ', ' Anna', 'x', '  Old  Tom '),
  )
  .map((parts) => parts.join(''));
const line = fc.oneof(markish, fc.string());
const anyText = fc.array(line).map((lines) => lines.join('\n'));
const text = anyText.map((some) => normalise(some).text);
const speaker = fc.option(fc.string().map((name) => speakerOf(normalise(name).text)));
const turns = fc
  .array(fc.record({ role: fc.constantFrom(...ROLES), speaker, marked: fc.boolean(), text }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) => list.map((turn, index): TurnContent => ({ ...turn, marked: !isUnmarked(turn, index) })));

const turn = (role: TurnContent['role'], content: string, name: string | null = null, marked = true): TurnContent => ({
  role,
  speaker: name,
  marked,
  text: content,
});

describe('M1: a mark is a role token alone on its line, with a speaker or without', () => {
  test.each([
    ['<|user|>', { role: 'user', speaker: null }],
    ['<|user|> ', { role: 'user', speaker: null }],
    ['<|model|> Narrator', { role: 'model', speaker: 'Narrator' }],
    ['<|system|>   The  Rules ', { role: 'system', speaker: 'The  Rules' }],
  ])('%j is one', (mark, read) => expect(readMark(mark)).toEqual(read));

  test.each([
    '',
    'x<|user|>',
    ' <|user|>',
    '<|user|>x',
    '<|user|',
    '<|User|>',
    '<|assistant|>',
    '\\<|user|>',
    '<|user|>\tAnna',
  ])('%j is text', (plain) => expect(isMark(plain)).toBe(false));

  test('a printed mark is read as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROLES), speaker, (role, name) => {
        expect(readMark(printMark({ role, speaker: name }))).toEqual({ role, speaker: name });
      }),
    );
  });

  test('a name with line breaks is printed on one line', () =>
    expect(printMark({ role: 'user', speaker: ' Anna\nof\r\nGreen ' })).toBe('<|user|> Anna of Green'));
});

describe('M2: a turn has the lines below its mark', () => {
  test('up to the next mark, joined', () =>
    expect(parse('<|user|>\na\n\nb\n<|model|>\nc')).toEqual([turn('user', 'a\n\nb'), turn('model', 'c')]));
  test('no line and one empty line are the same', () =>
    expect([parse('<|user|>'), parse('<|user|>\n')]).toEqual([[turn('user', '')], [turn('user', '')]]));
  test('an empty text prints one empty line', () =>
    expect(print([turn('user', ''), turn('model', '')])).toBe('<|user|>\n\n<|model|>\n'));
  test('empty lines at the end are text', () => expect(parse('<|user|>\n\n')).toEqual([turn('user', '\n')]));
});

describe('M3: text above the first mark is a model turn without a mark', () => {
  test('plain prose needs no mark', () =>
    expect(parse('Once upon\na time')).toEqual([turn('model', 'Once upon\na time', null, false)]));
  test('it stays unmarked when printed', () => expect(print(parse('Once\n<|user|>\nGo'))).toBe('Once\n<|user|>\nGo'));
  test('a mark that was written stays', () => expect(print(parse('<|model|>\nOnce'))).toBe('<|model|>\nOnce'));
  test('an empty first line is an empty unmarked turn', () =>
    expect(parse('\n<|user|>\n')).toEqual([turn('model', '', null, false), turn('user', '')]));
  test('only a first plain model turn can do without a mark', () =>
    expect(print([turn('user', 'a', null, false), turn('model', 'b', null, false)])).toBe('<|user|>\na\n<|model|>\nb'));
});

describe('M4: a line of text that would read as a mark has one backslash more', () => {
  test.each([
    ['<|user|>', '\\<|user|>'],
    ['\\<|user|>', '\\\\<|user|>'],
    ['\\\\<|model|> Anna', '\\\\\\<|model|> Anna'],
    ['\\', '\\'],
    ['\\n', '\\n'],
    ['\\<|user|>x', '\\<|user|>x'],
  ])('%j is written %j', (plain, written) => {
    expect(escapeLine(plain)).toBe(written);
    expect(unescapeLine(written)).toBe(plain);
  });

  test('every line comes back, and none is written as a mark', () => {
    fc.assert(
      fc.property(line, (plain) => {
        expect(unescapeLine(escapeLine(plain))).toBe(plain);
        expect(isMark(escapeLine(plain))).toBe(false);
      }),
    );
  });
});

describe('M5: parse and print are total and undo each other', () => {
  test('nothing is one empty unmarked turn', () => expect(parse('')).toEqual([turn('model', '', null, false)]));
  test('no turn prints as nothing', () => expect(print([])).toBe(''));
  test('parse(print(turns)) is turns', () => {
    fc.assert(
      fc.property(turns, (list) => {
        expect(parse(print(list))).toEqual(list);
      }),
      { numRuns: 500 },
    );
  });
  test('print(parse(text)) does not change when done again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc
            .array(fc.constantFrom('\0', '\ud83d', '\ude00', '\r', '\n', '\\', '<|user|>', 'a'))
            .map((parts) => parts.join('')),
        ),
        (some) => {
          const once = print(parse(some));
          expect(print(parse(once))).toBe(once);
          expect(parse(once)).toEqual(parse(some));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('M6: line ends and characters are made whole', () => {
  test('every line end is one', () =>
    expect(normalise('a\r\nb\rc\nd\r\r\n')).toEqual({ text: 'a\nb\nc\nd\n\n', replaced: 0 }));
  test('NUL and halves of pairs are replaced and counted', () =>
    expect(normalise('a\0b\ud83dc\ude00😀')).toEqual({ text: 'a\ufffdb\ufffdc\ufffd😀', replaced: 3 }));
  test('wherever a text is cut into pieces, they are made whole as it is', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\0', '\uFEFF', '\u2028') })),
        (pieces) => {
          const normal = normaliser();
          expect(pieces.map((piece) => normal(piece)).join('')).toBe(normalise(pieces.join('')).text);
        },
      ),
    ));
  test('what ends a line elsewhere, and a mark of byte order, is text', () => {
    const text = '\uFEFF<|user|>\v\f\u0085<|user|>\u2028<|user|>\u2029';
    expect(isNormal(text)).toBe(true);
    expect(parse(text)).toEqual([turn('model', text, null, false)]);
  });
  test('parse reads text of any origin', () =>
    expect(parse('<|user|>\r\nGo\r\n<|model|>\r\n')).toEqual([turn('user', 'Go'), turn('model', '')]));
});
