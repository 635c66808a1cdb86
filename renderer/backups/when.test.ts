import { expect, test } from 'vitest';
import { words } from '../locales/index.ts';
import { whenInSentence, whenOf } from './when.ts';

const at = new Date(2026, 10, 28, 16, 4).getTime();
const DAY = 24 * 60 * 60_000;

test('a day that has a name begins with a capital only where nothing stands before it', () => {
  expect(words.backups.checked(whenInSentence(at, at), 0)).toMatch(/^Checked today /);
  expect(words.backups.checked(whenInSentence(at - DAY, at), 0)).toMatch(/^Checked yesterday /);
  expect([whenOf(at, at), whenOf(at - DAY, at)]).toEqual([
    expect.stringMatching(/^Today /),
    expect.stringMatching(/^Yesterday /),
  ]);
  expect(whenOf(at - 9 * DAY, at)).toBe(whenInSentence(at - 9 * DAY, at));
});
