import { expect, test } from 'vitest';
import { isolated, withIsolatedTexts } from './direction.ts';

test.for([
  ['The pier', 'The pier'],
  ['', ''],
  ['Élan 2', 'Élan 2'],
  ['מגדל האור!', '\u2068מגדל האור!\u2069'],
  ['The منارة', '\u2068The منارة\u2069'],
  ['\u202Eabc', '\u2068\u202Eabc\u2069'],
] as const)('%s', ([text, expected]) => {
  expect(isolated(text)).toBe(expected);
});

test('numbers, nulls and what has no text stay as they are', () => {
  const given = { turns: 2, title: 'א', known: ['a', 'ב'], of: { path: null, at: true } };
  expect(withIsolatedTexts(given)).toEqual({
    ...given,
    title: '\u2068א\u2069',
    known: ['a', '\u2068ב\u2069'],
  });
});
