import { failure, type FaultError } from '../../../../shared/faults/failure.ts';
import type { BoundedReader } from './reader.ts';

/** Of a list that nobody asks for only the length is known. */
export interface SkippedList {
  readonly skipped: number;
}
export type GgufValue = string | number | boolean | readonly string[] | readonly number[] | SkippedList;

const STRING = 8,
  ARRAY = 9;
export const NUMBER_TYPES = { u16: 2, f32: 6 } as const;
export type NumberType = keyof typeof NUMBER_TYPES;
const MAX_ITEMS = 4_000_000;
const MAX_TEXT = 32 * 2 ** 20;
const MAX_ITEM_TEXT = 2 ** 20;
/** Lists of one number for each layer are kept, and these. */
const SHORT_LIST = 1024;
const KEPT_LISTS = new Set(['tokenizer.ggml.tokens', 'tokenizer.ggml.token_type']);

interface Scalar {
  readonly bytes: number;
  read(reader: BoundedReader): number | boolean;
}
const SCALARS: ReadonlyMap<number, Scalar> = new Map([
  [0, { bytes: 1, read: (reader) => reader.u8() }],
  [1, { bytes: 1, read: (reader) => reader.i8() }],
  [2, { bytes: 2, read: (reader) => reader.u16() }],
  [3, { bytes: 2, read: (reader) => reader.i16() }],
  [4, { bytes: 4, read: (reader) => reader.u32() }],
  [5, { bytes: 4, read: (reader) => reader.i32() }],
  [6, { bytes: 4, read: (reader) => reader.f32() }],
  [7, { bytes: 1, read: (reader) => reader.u8() !== 0 }],
  [10, { bytes: 8, read: (reader) => reader.u64() }],
  [11, { bytes: 8, read: (reader) => reader.i64() }],
  [12, { bytes: 8, read: (reader) => reader.f64() }],
]);

export function readValue(reader: BoundedReader, key: string, type: number): GgufValue {
  if (type === STRING) return reader.text('value', MAX_TEXT, key);
  if (type === ARRAY) return readList(reader, key);
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw unknownType(key, type);
  return scalar.read(reader);
}

function readList(reader: BoundedReader, key: string): GgufValue {
  const type = reader.u32();
  const length = reader.count('list', MAX_ITEMS, key);
  const keep = KEPT_LISTS.has(key);
  if (type === STRING) {
    const texts: string[] = [];
    for (let i = 0; i < length; i++) {
      if (keep) texts.push(reader.latin1('item', MAX_ITEM_TEXT, key));
      else reader.skip(reader.count('item', MAX_ITEM_TEXT, key));
    }
    return keep ? texts : { skipped: length };
  }
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw unknownType(key, type);
  if (keep || length <= SHORT_LIST) return Array.from({ length }, () => Number(scalar.read(reader)));
  reader.skip(length * scalar.bytes);
  return { skipped: length };
}

function unknownType(key: string, type: number): FaultError {
  return failure('VALUE_TYPE', { key: key.slice(0, 60) }, { detail: `value type ${type}` });
}
