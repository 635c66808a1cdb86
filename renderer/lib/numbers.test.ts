import { expect, test } from 'vitest';
import { fileSize } from './numbers.ts';

test.for([
  [0, '0 kB'],
  [1, '1 kB'],
  [1499, '1 kB'],
  [999_000, '999 kB'],
  [2_400_000, '2 MB'],
  [3.25e9, '3.3 GB'],
] as const)('%i bytes are %s', ([bytes, said]) => {
  expect(fileSize(bytes)).toBe(said);
});
