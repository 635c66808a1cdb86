import type { Tensors } from './tensors.ts';

/**
 * Where the floats of a tensor type stand. `stride`: bytes of a block; `places`: of the upper halves of its floats;
 * `exponent`: the bits that are all set in infinity and in what is not a number.
 */
interface Floats {
  readonly stride: number;
  readonly places: readonly number[];
  readonly exponent: number;
}
const HALF = 0x7c00,
  SINGLE = 0x7f80;
const FLOATS: ReadonlyMap<number, Floats> = new Map([
  [0, { stride: 4, places: [2], exponent: SINGLE }],
  [1, { stride: 2, places: [0], exponent: HALF }],
  [30, { stride: 2, places: [0], exponent: SINGLE }],
  // The scales of quantised blocks.
  [2, { stride: 18, places: [0], exponent: HALF }],
  [3, { stride: 20, places: [0, 2], exponent: HALF }],
  [6, { stride: 22, places: [0], exponent: HALF }],
  [7, { stride: 24, places: [0, 2], exponent: HALF }],
  [8, { stride: 34, places: [0], exponent: HALF }],
  [10, { stride: 84, places: [80, 82], exponent: HALF }],
  [11, { stride: 110, places: [108], exponent: HALF }],
  [12, { stride: 144, places: [0, 2], exponent: HALF }],
  [13, { stride: 176, places: [0, 2], exponent: HALF }],
  [14, { stride: 210, places: [208], exponent: HALF }],
]);

/**
 * The first tensor with a weight in these bytes that is infinite or not a number; null if there is none.
 * `at`: where the bytes stand in the file, an even place; their number is even too.
 */
export function firstBroken(
  bytes: Uint8Array,
  at: number,
  { tensors, dataStart }: { readonly tensors: Tensors; readonly dataStart: number },
): string | null {
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  for (const [name, { type, offset, bytes: length }] of tensors) {
    const floats = FLOATS.get(type);
    const start = dataStart + offset - at;
    if (floats === undefined || start >= bytes.length || start + length <= 0) continue;
    const end = Math.floor(Math.min(bytes.length, start + length) / 2);
    const step = floats.stride / 2;
    for (const place of floats.places) {
      // Far outside 32 bits where these bytes are the middle of a large tensor.
      const first = Math.floor((start + place) / 2);
      for (let word = first < 0 ? first + Math.ceil(-first / step) * step : first; word < end; word += step) {
        if (((words[word] ?? 0) & floats.exponent) === floats.exponent) return name;
      }
    }
  }
  return null;
}
