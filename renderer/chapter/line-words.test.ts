import { expect, test } from 'vitest';
import { Paper } from '../../tests/helpers/paper.ts';
import { LineWords } from './line-words.ts';

test('words that were counted ahead are those of the text as it is, whatever is written meanwhile', () => {
  const text = ['<|user|>', 'One two three.', '', 'Four five.', '<|model|>', 'Six.', 'Seven eight nine ten.'].join(
    '\n',
  );
  const paper = new Paper(text);
  const words = new LineWords(paper);
  expect(words.countMore(2)).toBe(true);
  paper.text = text.replace('One two three.', 'One.\nTwo.');
  words.changed([{ fromLine: 2, toLine: 2, newLines: ['One.', 'Two.'] }]);
  paper.text = paper.text.replace('Six.', 'Six and a half.');
  words.changed([{ fromLine: 7, toLine: 7, newLines: ['Six and a half.'] }]);
  while (words.countMore(2)) expect(words.total()).toBeGreaterThan(0);
  expect(words.total()).toBe(12);
});
