import { failure } from '../../../../shared/faults/failure.ts';
import type { BoundedReader } from './reader.ts';

/**
 * Quantisation type → values in a block, bytes of a block. Numbers that are left out were given up or are never
 * stored.
 */
const BLOCKS: Readonly<Record<number, readonly [values: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
  41: [128, 18],
  42: [64, 18],
};
const MAX_TENSORS = 100_000;
/** The engine's own limit, the end of a text included. */
const MAX_NAME = 63;
const MAX_DIMENSION = 2 ** 31;
const MAX_OFFSET = 2 ** 45;

/** Bytes of a tensor; null for a type that is not known here. */
export function tensorBytes(type: number, dimensions: readonly number[]): number | null {
  const block = BLOCKS[type];
  return block === undefined
    ? null
    : (dimensions.reduce((product, dimension) => product * dimension, 1) / block[0]) * block[1];
}

export interface Tensor {
  readonly dimensions: readonly number[];
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
}
export type Tensors = ReadonlyMap<string, Tensor>;

export function readTensorCount(reader: BoundedReader): number {
  return reader.count('tensors', MAX_TENSORS);
}

export function readTensors(reader: BoundedReader, count: number): Tensors {
  const tensors = new Map<string, Tensor>();
  for (let i = 0; i < count; i++) {
    const name = reader.text('tensor-name', MAX_NAME);
    if (name === '' || name.includes('\0')) throw failure('FILE_TENSOR_NAME', {});
    if (tensors.has(name)) throw failure('FILE_TENSOR_TWICE', { name });
    tensors.set(name, readTensor(reader, name));
  }
  return tensors;
}

function readTensor(reader: BoundedReader, name: string): Tensor {
  const rank = reader.u32();
  if (rank < 1 || rank > 4) throw failure('FILE_RANK', { name, rank });
  const dimensions = Array.from({ length: rank }, () => reader.count('row', MAX_DIMENSION, name));
  if (dimensions.includes(0)) throw failure('FILE_EMPTY_TENSOR', { name }, { detail: dimensions.join(' × ') });
  const type = reader.u32();
  const block = BLOCKS[type];
  if (block === undefined) throw failure('TENSOR_TYPE', {}, { detail: `${name} has type ${type}` });
  if ((dimensions[0] ?? 0) % block[0] !== 0)
    throw failure('FILE_BLOCKS', { name }, { detail: `rows of ${dimensions[0]} in blocks of ${block[0]}` });
  return {
    dimensions,
    type,
    offset: reader.count('offset', MAX_OFFSET, name),
    bytes: tensorBytes(type, dimensions) ?? 0,
  };
}

/**
 * Every tensor must lie inside the file, right behind the one before: the engine would read past the end.
 * Answers where the tensors begin.
 */
export function assertComplete(tensors: Tensors, headerEnd: number, alignment: number, fileSize: number): number {
  if (!Number.isInteger(alignment) || alignment < 8 || alignment > 65_536 || (alignment & (alignment - 1)) !== 0)
    throw failure('FILE_ALIGNMENT', { alignment });
  const aligned = (at: number): number => Math.ceil(at / alignment) * alignment;
  const start = aligned(headerEnd);
  let expected = 0;
  for (const [name, { offset, bytes }] of tensors) {
    if (offset !== expected)
      throw failure('FILE_OFFSET', { name }, { detail: `offset ${offset}, expected ${expected}` });
    if (start + offset + bytes > fileSize)
      throw failure(
        'TRUNCATED',
        {},
        { detail: `${name} ends at ${start + offset + bytes}, the file has ${fileSize} bytes` },
      );
    expected += aligned(bytes);
  }
  return start;
}
