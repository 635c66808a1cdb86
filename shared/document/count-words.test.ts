import { expect, test } from 'vitest';
import { countWords } from './count-words.ts';

test.each([
  ['', 0],
  ['  \n\n — … * ', 0],
  ['One two\nthree', 3],
  ["It’s well-known—isn't it?", 4],
  ['1,000 steps, 3.14 of them.', 5],
  ['End.Start', 2],
  ['naïve cafés', 2],
  ['한국어 단어', 2],
  ['你好, world', 3],
])('%j has %i words', (text, count) => expect(countWords(text)).toBe(count));
