import { EngineFault } from '../fault.ts';
import type { BoundedReader } from './reader.ts';

/** A list is kept only where somebody asks for it; of the others their length is known. */
export interface SkippedList { readonly skipped: number }
export type GgufValue = string | number | boolean | readonly string[] | readonly number[] | SkippedList;

const STRING = 8, ARRAY = 9, I32 = 5;
const MAX_ITEMS = 4_000_000;
const MAX_TEXT = 32 * 2 ** 20;
const MAX_ITEM_TEXT = 2 ** 20;

interface Scalar { readonly bytes: number; read(reader: BoundedReader): number | boolean }
const SCALARS: ReadonlyMap<number, Scalar> = new Map([
  [0, { bytes: 1, read: (reader) => reader.u8() }],
  [1, { bytes: 1, read: (reader) => reader.i8() }],
  [2, { bytes: 2, read: (reader) => reader.u16() }],
  [3, { bytes: 2, read: (reader) => reader.i16() }],
  [4, { bytes: 4, read: (reader) => reader.u32() }],
  [I32, { bytes: 4, read: (reader) => reader.i32() }],
  [6, { bytes: 4, read: (reader) => reader.f32() }],
  [7, { bytes: 1, read: (reader) => reader.u8() !== 0 }],
  [10, { bytes: 8, read: (reader) => reader.u64() }],
  [11, { bytes: 8, read: (reader) => reader.i64() }],
  [12, { bytes: 8, read: (reader) => reader.f64() }],
]);

export function readValue(reader: BoundedReader, key: string, keepList: boolean): GgufValue {
  const type = reader.u32();
  if (type === STRING) return reader.text(key, MAX_TEXT);
  if (type === ARRAY) return readList(reader, key, keepList);
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw unknownType(key, type);
  return scalar.read(reader);
}

function readList(reader: BoundedReader, key: string, keep: boolean): GgufValue {
  const type = reader.u32();
  const length = reader.count(key, MAX_ITEMS);
  if (type === STRING) {
    const texts: string[] = [];
    for (let i = 0; i < length; i++) {
      if (keep) texts.push(reader.text(key, MAX_ITEM_TEXT));
      else reader.skip(reader.count(key, MAX_ITEM_TEXT));
    }
    return keep ? texts : { skipped: length };
  }
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw unknownType(key, type);
  if (!keep || type !== I32) {
    reader.skip(length * scalar.bytes);
    return { skipped: length };
  }
  const data = reader.bytes(length * scalar.bytes);
  return Array.from({ length }, (_, index) => data.readInt32LE(index * scalar.bytes));
}

function unknownType(key: string, type: number): EngineFault {
  return new EngineFault('VALUE_TYPE', 'This model file holds something that Paphos does not know. It is damaged, or newer than this version. Choose another one.', `${key} has type ${type}`);
}
