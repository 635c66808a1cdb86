import { expect, test } from 'vitest';
import { firstBroken } from './weights.ts';

const F16 = 1,
  Q6_K = 14;
const GIGABYTE = 2 ** 30;

/** A piece from the middle of one tensor of seven gigabytes, which begins where the file does. */
function inLargeTensor(type: number, at: number, bytes: Uint8Array): string | null {
  return firstBroken(bytes, at, {
    tensors: new Map([['large', { type, dimensions: [], offset: 0, bytes: 7 * GIGABYTE }]]),
    dataStart: 0,
  });
}

test('weights that are no numbers are found far into a large tensor', () => {
  for (const at of [0, 3 * GIGABYTE, 6 * GIGABYTE]) {
    const halves = new Uint16Array(512);
    expect(inLargeTensor(F16, at, new Uint8Array(halves.buffer))).toBeNull();
    halves[300] = 0x7fff;
    expect(inLargeTensor(F16, at, new Uint8Array(halves.buffer))).toBe('large');
  }
});

test('in quantised weights only the scales count, wherever a piece of the file begins', () => {
  const [block, scale] = [210, 208];
  for (const at of [0, 3 * GIGABYTE, 6 * GIGABYTE]) {
    const bytes = new Uint8Array(4 * block).fill(0xff);
    const scales = [0, 1, 2, 3].map(
      (index) => ((((index * block + scale - at) % block) + block) % block) + index * block,
    );
    for (const place of scales) bytes.fill(0, place, place + 2);
    expect(inLargeTensor(Q6_K, at, bytes)).toBeNull();
    bytes.fill(0xff, scales[1] ?? 0, (scales[1] ?? 0) + 2);
    expect(inLargeTensor(Q6_K, at, bytes)).toBe('large');
  }
});
