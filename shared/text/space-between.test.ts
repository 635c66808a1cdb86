import { expect, test } from 'vitest';
import { spaceBetween } from './space-between.ts';

test.each([
  ['Now', 'inside', ' '],
  ['He stops.', 'Then he goes.', ' '],
  ['He says', '“Come.”', ' '],
  ['It takes', '3 days.', ' '],
  ['Now ', 'inside', ''],
  ['Now\n', 'inside', ''],
  ['Now', ' inside', ''],
  ['Now', ', inside', ''],
  ['Now', '.', ''],
  ['Now', '', ''],
  ['', 'inside', ''],
  ['(', 'inside', ''],
  ['“', 'Come', ''],
  ['and then—', 'nothing', ''],
  ['海は', '静か', ''],
])('%j before %j', (reply, behind, space) => {
  expect(spaceBetween(reply, behind)).toBe(space);
});
