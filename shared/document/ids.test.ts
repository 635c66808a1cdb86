import { expect, test } from 'vitest';
import { newId, uuidv7 } from './ids.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id is the UUIDv7 of its time and bytes', () => {
  expect(uuidv7(0x017f22e279b0, Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]))).toMatch(
    /^017f22e2-79b0-7/,
  );
  expect(uuidv7(1, new Uint8Array(10))).toBe('00000000-0001-7000-8000-000000000000');
  expect(uuidv7(2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe('ffffffff-ffff-7fff-bfff-ffffffffffff');
});

test('ids sort by time', () =>
  expect(uuidv7(1000, new Uint8Array(10).fill(255)) < uuidv7(1001, new Uint8Array(10))).toBe(true));

test('new ids are valid and never twice the same', () => {
  const made = Array.from({ length: 2000 }, newId);
  expect(made.every((id) => FORM.test(id))).toBe(true);
  expect(new Set(made).size).toBe(2000);
});
