import { expect, test } from 'vitest';
import { compareReplies } from './compare-replies.ts';

const said = (...two: Parameters<typeof compareReplies>) => compareReplies(...two).message;
const ended = (text: string) => ({ text, reason: 'end' as const });

test('the same text is called identical', () => {
  expect(said(ended('The lamp is lit.'), ended('The lamp is lit.'), 2)).toBe(
    'Identical to alternate 2, down to the last letter.',
  );
});

test('a reply that was stopped is compared as far as it went, whichever of the two it was', () => {
  const stopped = { text: 'The lamp', reason: 'stopped' as const };
  expect(said(stopped, ended('The lamp is lit.'), 1)).toBe(
    'Identical to alternate 1 up to where one of them was stopped.',
  );
  expect(said(ended('The lamp is lit.'), stopped, 1)).toBe(
    'Identical to alternate 1 up to where one of them was stopped.',
  );
  expect(said(ended('The lamp'), ended('The lamp is lit.'), 1)).toContain('Not the same');
});

test('where two part is shown by the words before it', () => {
  expect(said(ended('The lamp is lit.'), ended('The lamp is dark.'), 1)).toContain('after “The lamp is”');
  expect(said(ended('The lamp'), ended('A lamp'), 1)).toContain('from the first letter on');
});
