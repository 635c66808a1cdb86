import { describe, expect, test } from 'vitest';
import { measuredBreaks } from './measured-breaks.ts';

/** Every letter is as wide as any other, an ideograph as two. */
const widthOf = (code: number): number => (code >= 0xdc00 && code < 0xe000 ? 0 : code >= 0x2e80 ? 2 : 1);
const WIDTHS = { of: widthOf, behind: (_: number, code: number) => widthOf(code), isExact: true };
const linesOf = (text: string, measure: number): string[] =>
  measuredBreaks(text, measure + 0.1, WIDTHS).ends.map((end, index, ends) => text.slice(ends[index - 1] ?? 0, end));
const isSure = (text: string, measure: number): boolean => measuredBreaks(text, measure, WIDTHS).isSure;

describe('where a text is broken by the widths of its letters', () => {
  test('behind the last space that fits; a space at the end of a line takes no room', () => {
    expect(linesOf('one two three', 7)).toEqual(['one two ', 'three']);
    expect(linesOf('one two three', 6)).toEqual(['one ', 'two ', 'three']);
    expect(linesOf('one     two', 3)).toEqual(['one     ', 'two']);
  });
  test('behind hyphens and dashes, and within a word only where that alone fills a line', () => {
    expect(linesOf('half-forgotten', 10)).toEqual(['half-', 'forgotten']);
    expect(linesOf('a—b—c', 3)).toEqual(['a—', 'b—c']);
    expect(linesOf('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh ', 'ij']);
  });
  test('between any two ideographs, and never within a pair', () => {
    expect(linesOf('港は静かで', 4)).toEqual(['港は', '静か', 'で']);
    expect(linesOf('🙂🙂🙂', 4)).toEqual(['🙂🙂', '🙂']);
    expect(linesOf('🙂🙂', 1)).toEqual(['🙂', '🙂']);
  });
  test('a text that fits is one line, an empty one too', () => {
    expect(linesOf('', 5)).toEqual(['']);
    expect(linesOf('fits', 5)).toEqual(['fits']);
  });
  test('letters that stand nearer to each other take less room', () => {
    const nearer = { ...WIDTHS, behind: (before: number, code: number) => widthOf(code) - (before === 65 ? 0.5 : 0) };
    expect(measuredBreaks('AAA b', 4.2, nearer).ends).toEqual([5]);
    expect(measuredBreaks('AAA b', 3.2, nearer).ends).toEqual([4, 5]);
  });
  test('sure is what whole words between single spaces decide, and not by a hair', () => {
    expect(isSure('one two three', 9.5)).toBe(true);
    expect(isSure('one two “three,”', 9.5)).toBe(true);
    expect(isSure('one two three', 13.2)).toBe(false);
    expect(isSure('one two three', 7.2)).toBe(false);
    expect(isSure('one two half-forgotten', 9.5)).toBe(false);
    expect(isSure('one half-forgotten two three', 22.7)).toBe(true);
    expect(isSure('one two! (three)now', 9.5)).toBe(false);
    expect(isSure('one  two three', 9.5)).toBe(false);
    expect(isSure(' one two three', 9.5)).toBe(false);
    expect(isSure('one two\tthree', 9.5)).toBe(false);
    expect(isSure('הים היה שקט', 30)).toBe(false);
    expect(isSure('abcdefgh', 5.5)).toBe(false);
  });
});
