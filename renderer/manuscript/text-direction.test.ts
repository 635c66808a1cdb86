import { expect, test } from 'vitest';
import { runsFromRight } from './text-direction.ts';

test.each([
  ['שלום, עולם!', true],
  ['«مرحبًا»، قالت.', true],
  ['– 12. שלום', true],
  ['- ללכת אל המזח', true],
  ['“שלום,” she said.', true],
  ['She said שלום and left.', false],
  ['12 – 3!', false],
  ['', false],
  ['Ångström 漢字', false],
  ['\u200F(3)', true],
  ['\u200Eשלום', false],
])('the first strong letter says where a paragraph begins: %s', (text, isFromRight) => {
  expect(runsFromRight(text)).toBe(isFromRight);
});
