import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

/**
 * Whether the write-ahead log of a store that nobody has open is whole. SQLite itself silently forgets everything from
 * a damaged frame on. What a crash leaves behind is no damage, for no finished transaction follows it.
 */
export function isLogWhole(file: string): boolean {
  if (!existsSync(file)) return true;
  const descriptor = openSync(file, 'r');
  try {
    return isWhole(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

function isWhole(descriptor: number, size: number): boolean {
  if (size < HEADER) return true;
  const header = read(descriptor, 0, HEADER);
  const magic = header.readUInt32BE(0);
  const pageSize = header.readUInt32BE(8);
  const littleEndian = magic === MAGIC;
  const sum: Sum = [0, 0];
  add(sum, header.subarray(0, HEADER - 8), littleEndian);
  if ((!littleEndian && magic !== MAGIC + 1) || pageSize < 512 || pageSize > 65536 || !endsWith(header, sum))
    return false;
  let broken = false;
  for (let at = HEADER; at + FRAME_HEADER + pageSize <= size; at += FRAME_HEADER + pageSize) {
    const frame = read(descriptor, at, FRAME_HEADER + pageSize);
    const ours = frame.compare(header, 16, 24, 8, 16) === 0;
    if (!broken) {
      add(sum, frame.subarray(0, 8), littleEndian);
      add(sum, frame.subarray(FRAME_HEADER), littleEndian);
      broken = !ours || !endsWith(frame.subarray(0, FRAME_HEADER), sum);
    }
    const ends = frame.readUInt32BE(4) !== 0;
    if (broken && ours && ends) return false;
  }
  return true;
}

type Sum = [number, number];

function add(sum: Sum, bytes: Buffer, littleEndian: boolean): void {
  const word = (at: number) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  for (let at = 0; at < bytes.length; at += 8) {
    sum[0] = (sum[0] + word(at) + sum[1]) >>> 0;
    sum[1] = (sum[1] + word(at + 4) + sum[0]) >>> 0;
  }
}

function endsWith(bytes: Buffer, sum: Sum): boolean {
  return bytes.readUInt32BE(bytes.length - 8) === sum[0] && bytes.readUInt32BE(bytes.length - 4) === sum[1];
}

function read(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, at);
  return bytes;
}
