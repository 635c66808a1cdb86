import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText, turnText } from './grammar.ts';
import { linePosition, textOffset } from './position.ts';
import { SEED } from '../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const LINES = ['One', '\\<|user|>', '', 'end'];

describe('M9: a place in the text and a place in its lines', () => {
  test.each([
    [0, 1, 1],
    [3, 1, 4],
    [4, 2, 2],
    [12, 2, 10],
    [13, 3, 1],
    [17, 4, 4],
  ])('offset %i is line %i, column %i', (offset, line, column) => {
    expect(linePosition(offset, LINES)).toEqual({ line, column });
    expect(textOffset(line, column, LINES)).toBe(offset);
  });

  test('before the backslash of an escape is the line’s start', () => expect(textOffset(2, 1, LINES)).toBe(4));
  test('beyond the lines is the end', () => {
    expect(linePosition(99, LINES)).toEqual({ line: 4, column: 4 });
    expect([textOffset(9, 1, LINES), textOffset(4, 99, LINES), textOffset(1, 99, LINES)]).toEqual([17, 17, 3]);
  });
  test('a turn without a line has one place', () => {
    expect(linePosition(5, [])).toEqual({ line: 1, column: 1 });
    expect(textOffset(1, 1, [])).toBe(0);
  });
  test('every offset comes back', () => {
    const line = fc.constantFrom('', 'a', '<|user|>', '\\<|model|> x', '\\', 'longer text');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.nat(), (plain, some) => {
        const lines = escapeText(plain.join('\n')).split('\n');
        const offset = some % (turnText(lines).length + 1);
        const place = linePosition(offset, lines);
        expect(textOffset(place.line, place.column, lines)).toBe(offset);
      }),
    );
  });
});
