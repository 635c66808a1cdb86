import { expect, test } from 'vitest';
import { PlainView } from '../../tests/helpers/plain-view.ts';
import { copiedText, type CopyForm } from './copied-text.ts';

const PAGE = [
  'It was *raining*.',
  '<|user|>',
  'I knock.',
  '\\<|user|> is a mark',
  '<|model|> Keeper',
  '<think>',
  'Who may that be?',
  '</think>',
  '',
  'The door opens.',
  '',
  '<|user|>',
  '',
].join('\n');

function copied(form: CopyForm, first: string, last: string, page = PAGE): string {
  const view = new PlainView(page);
  const from = view.placeAt(page.indexOf(first));
  const to = view.placeAt(page.indexOf(last) + last.length);
  return copiedText(view, [{ from, to }], form);
}

test('what is copied over several turns is prose: paragraphs, without marks, names and thinking', () => {
  expect(copied('prose', 'It was', '<|user|>')).toBe('It was *raining*.');
  expect(copied('prose', 'raining', 'The door')).toBe('raining*.\n\nI knock.\n<|user|> is a mark\n\nThe door');
});

test('what is copied within a turn is copied as it stands', () => {
  expect(copied('prose', 'was ', 'raining')).toBe('was *raining');
  expect(copied('prose', 'Who may', 'that')).toBe('Who may that');
  expect(copied('prose', '<think>', '</think>')).toBe('<think>\nWho may that be?\n</think>');
});

test('text that looks like a mark is no mark because its escape was not chosen', () => {
  expect(copied('prose', '<|user|> is', 'mark')).toBe('<|user|> is a mark');
  expect(copied('marked', '<|user|> is', 'mark')).toBe('\\<|user|> is a mark');
});

test('copied with marks it is the page itself', () => {
  expect(copied('marked', 'It was', 'opens.')).toBe(PAGE.slice(0, PAGE.indexOf('opens.') + 6));
});

test('several selections come one below the other', () => {
  const view = new PlainView('one\ntwo');
  const line = (at: number) => ({ from: { line: at, column: 1 }, to: { line: at, column: 4 } });
  expect(copiedText(view, [line(1), line(2)], 'prose')).toBe('one\ntwo');
});
