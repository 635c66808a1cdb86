import { EngineFault } from '../fault.ts';
import { type BoundedReader, truncated } from './reader.ts';

/** Quantisation type → values in a block, bytes of a block. */
const BLOCKS: Readonly<Record<number, readonly [values: number, bytes: number]>> = {
  0: [1, 4], 1: [1, 2], 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 10: [256, 84], 11: [256, 110], 12: [256, 144], 13: [256, 176], 14: [256, 210],
  16: [256, 66], 17: [256, 74], 18: [256, 98], 19: [256, 50], 20: [32, 18], 21: [256, 110], 22: [256, 82], 23: [256, 136], 24: [1, 1], 25: [1, 2], 26: [1, 4], 27: [1, 8], 28: [1, 8],
  29: [256, 56], 30: [1, 2], 34: [256, 54], 35: [256, 66], 39: [32, 17],
};
const MAX_NAME = 256;
const MAX_DIMENSION = 2 ** 31;
const MAX_OFFSET = 2 ** 45;

/** Bytes of a tensor; null for a type that is not known here. */
export function tensorBytes(type: number, dimensions: readonly number[]): number | null {
  const block = BLOCKS[type];
  return block === undefined ? null : dimensions.reduce((product, dimension) => product * dimension, 1) / block[0] * block[1];
}

export interface Tensor { readonly dimensions: readonly number[]; readonly offset: number; readonly bytes: number }

export function readTensors(reader: BoundedReader, count: number): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (let i = 0; i < count; i++) {
    const name = reader.text('the length of a tensor name', MAX_NAME);
    if (tensors.has(name)) throw damaged(`${name} occurs twice`);
    tensors.set(name, readTensor(reader, name));
  }
  return tensors;
}

function readTensor(reader: BoundedReader, name: string): Tensor {
  const rank = reader.u32();
  if (rank < 1 || rank > 4) throw damaged(`${name} has ${rank} dimensions`);
  const dimensions = Array.from({ length: rank }, () => reader.count(`a dimension of ${name}`, MAX_DIMENSION));
  if (dimensions.includes(0)) throw damaged(`${name} is empty`);
  const type = reader.u32();
  const block = BLOCKS[type];
  if (block === undefined) throw new EngineFault('TENSOR_TYPE', 'This model is stored in a way that Paphos does not know. It is damaged, or newer than this version. Choose another one.', `${name} has type ${type}`);
  if ((dimensions[0] ?? 0) % block[0] !== 0) throw damaged(`rows of ${name} do not fill their blocks`);
  return { dimensions, offset: reader.count(`the offset of ${name}`, MAX_OFFSET), bytes: tensorBytes(type, dimensions) ?? 0 };
}

/** Every tensor must lie inside the file: the engine would read past its end. */
export function assertComplete(tensors: ReadonlyMap<string, Tensor>, headerEnd: number, alignment: number, fileSize: number): void {
  if (!Number.isInteger(alignment) || alignment < 8 || alignment > 65_536 || (alignment & (alignment - 1)) !== 0) throw damaged(`an alignment of ${alignment}`);
  const start = Math.ceil(headerEnd / alignment) * alignment;
  for (const [name, { offset, bytes }] of tensors) {
    if (offset % alignment !== 0) throw damaged(`${name} is not aligned`);
    if (start + offset + bytes > fileSize) throw truncated(`${name} ends at ${start + offset + bytes}, the file has ${fileSize} bytes`);
  }
}

function damaged(detail: string): EngineFault {
  return new EngineFault('TENSOR', 'This model file is damaged. Download it again, or choose another one.', detail);
}
