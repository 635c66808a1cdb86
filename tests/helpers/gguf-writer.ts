import { closeSync, openSync, writeSync } from 'node:fs';

export type Entry =
  | readonly [key: string, type: 'string', value: string]
  | readonly [key: string, type: 'u32' | 'i32' | 'f32' | 'u64', value: number]
  | readonly [key: string, type: 'bool', value: boolean]
  | readonly [key: string, type: 'strings', value: readonly string[]]
  | readonly [key: string, type: 'i32s' | 'f32s', value: readonly number[]]
  | readonly [key: string, type: 'u16', value: number];

/** `fill` answers with the tensor's bytes, in as many pieces as it likes. */
export interface TensorPlan {
  readonly name: string;
  readonly rows: number | null;
  readonly columns: number;
  readonly type: 'f32' | 'f16';
  fill(values: number): Iterable<Uint8Array>;
}

const CODE = { u16: 2, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10 } as const;
const ALIGNMENT = 32;

/** Writes a GGUF v3 file. */
export function writeGguf(path: string, entries: readonly Entry[], tensors: readonly TensorPlan[]): void {
  const infos: Buffer[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const dimensions = tensor.rows === null ? [tensor.columns] : [tensor.columns, tensor.rows];
    infos.push(
      text(tensor.name),
      u32(dimensions.length),
      ...dimensions.map(u64),
      u32(tensor.type === 'f32' ? 0 : 1),
      u64(offset),
    );
    offset = aligned(offset + sizeOf(tensor));
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(entries.length),
    ...entries.map(entryBytes),
    ...infos,
  ]);
  const file = openSync(path, 'w');
  try {
    let at = writeSync(file, head);
    const pad = (): void => {
      at += writeSync(file, Buffer.alloc(aligned(at) - at));
    };
    pad();
    for (const tensor of tensors) {
      let written = 0;
      for (const piece of tensor.fill(sizeOf(tensor) / (tensor.type === 'f32' ? 4 : 2)))
        written += writeSync(file, piece);
      if (written !== sizeOf(tensor)) throw new Error(`${tensor.name}: ${written} bytes instead of ${sizeOf(tensor)}`);
      at += written;
      pad();
    }
  } finally {
    closeSync(file);
  }
}

export function entryBytes([key, type, value]: Entry): Buffer {
  switch (type) {
    case 'string':
      return Buffer.concat([text(key), u32(CODE.string), text(value)]);
    case 'u16':
      return Buffer.concat([text(key), u32(CODE.u16), u32(value).subarray(0, 2)]);
    case 'u32':
      return Buffer.concat([text(key), u32(CODE.u32), u32(value)]);
    case 'i32':
      return Buffer.concat([text(key), u32(CODE.i32), i32(value)]);
    case 'f32':
      return Buffer.concat([text(key), u32(CODE.f32), f32(value)]);
    case 'u64':
      return Buffer.concat([text(key), u32(CODE.u64), u64(value)]);
    case 'bool':
      return Buffer.concat([text(key), u32(CODE.bool), Buffer.of(value ? 1 : 0)]);
    case 'strings':
      return Buffer.concat([text(key), u32(CODE.array), u32(CODE.string), u64(value.length), ...value.map(text)]);
    case 'i32s':
      return Buffer.concat([text(key), u32(CODE.array), u32(CODE.i32), u64(value.length), ...value.map(i32)]);
    case 'f32s':
      return Buffer.concat([text(key), u32(CODE.array), u32(CODE.f32), u64(value.length), ...value.map(f32)]);
  }
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}
function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function sizeOf({ rows, columns, type }: TensorPlan): number {
  return (rows ?? 1) * columns * (type === 'f32' ? 4 : 2);
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
