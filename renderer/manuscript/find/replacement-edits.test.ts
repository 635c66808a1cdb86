import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeText, parse, print } from '../../../shared/document/grammar.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { linePosition } from '../../../shared/document/position.ts';
import { replacementEdits, type Replaced } from './replacement-edits.ts';
import { searchRegex } from './regex-search.ts';

/** The lines after edits, none over another. */
function edited(lines: readonly string[], edits: readonly Replaced[]): string[] {
  let text = lines.join('\n');
  const offset = (line: number, column: number): number =>
    lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  for (const { from, to, text: put } of edits.toReversed())
    text = text.slice(0, offset(from.line, from.column)) + put + text.slice(offset(to.line, to.column));
  return text.split('\n');
}

const WORDS = ['user', 'a', '<|user|>', '<|model|>', '\\', ' ', '\n', '|>', '<|', 'Anna'];
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).map((some) => some.join(''));

test('whatever is replaced by whatever, the turn has just that text and stays one turn', () => {
  fc.assert(
    fc.property(words, fc.constantFrom('user', 'a', '\\\\', '<\\|', '\\n', '^', 'e?r'), words, (text, pattern, put) => {
      const query = { text: pattern, matchCase: true, wholeWord: false, isRegex: true };
      const { places } = searchRegex({ texts: [text], query, template: null });
      const lines = escapeText(text).split('\n');
      const offsetOf = (line = 0, column = 0): number =>
        text
          .split('\n')
          .slice(0, line)
          .reduce((sum, one) => sum + one.length + 1, 0) + column;
      let expected = '';
      let at = 0;
      const all: Replaced[] = [];
      for (let hit = 0; hit < places.length; hit += 5) {
        const [, line, column, endLine, endColumn] = places.subarray(hit, hit + 5);
        const [from, to] = [offsetOf(line, column), offsetOf(endLine, endColumn)];
        expected += text.slice(at, from) + put;
        at = to;
        all.push({ from: linePosition(from, lines), to: linePosition(to, lines), text: put });
      }
      expected += text.slice(at);
      const after = edited(
        lines,
        replacementEdits(all, (line) => lines[line - 1] ?? ''),
      );
      const [turn, ...more] = parse(['<|user|>', ...after].join('\n'));
      expect(more).toEqual([]);
      expect(turn?.text).toBe(expected);
      expect(after).toEqual(escapeText(expected).split('\n'));
      expect(print([{ role: 'user', speaker: null, marked: true, text: expected }])).toBe(
        ['<|user|>', ...after].join('\n'),
      );
    }),
    { seed: SEED, numRuns: sizeOf(1000, 20_000) },
  );
});
