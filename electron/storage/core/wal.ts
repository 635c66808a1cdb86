import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

const HEADER = 32;
const FRAME_HEADER = 24;
const SECTOR = 512;
const MAGIC = 0x377f0682;
/** The wal-index begins with its header, twice. */
const INDEX_HEADER = 48;

/**
 * `unfinished`: it ends in a transaction that the process or the computer did not come to the end of, so that nobody
 * was told that it is stored. `damaged`: something that was acknowledged cannot be read.
 */
export type LogState = 'whole' | 'unfinished' | 'damaged';

/**
 * Looks into the write-ahead log of a store that nobody has open. SQLite itself silently forgets everything from a
 * damaged frame on. A transaction is synced before the next one is written, so a power cut can damage one at most, the
 * last; and how far the log was acknowledged stands in the wal-index, as long as nobody opens the store.
 */
export function logState(store: string): LogState {
  const [log, index] = [`${store}-wal`, `${store}-shm`];
  if (!existsSync(log)) return 'whole';
  return withFile(log, (descriptor) =>
    stateOf(descriptor, existsSync(index) ? withFile(index, (file) => read(file, 0, 2 * INDEX_HEADER)) : null),
  );
}

function stateOf(descriptor: number, index: Buffer | null): LogState {
  const { size } = fstatSync(descriptor);
  if (size < HEADER) return 'whole';
  const header = read(descriptor, 0, HEADER);
  const magic = header.readUInt32BE(0);
  const pageSize = header.readUInt32BE(8);
  const littleEndian = magic === MAGIC;
  const sum: Sum = [0, 0];
  add(sum, header.subarray(0, HEADER - 8), littleEndian);
  if ((!littleEndian && magic !== MAGIC + 1) || pageSize < 512 || pageSize > 65536 || !endsWith(header, sum))
    return 'damaged';
  let [whole, committed, behind, endsBehind] = [0, 0, 0, 0];
  let broken = false;
  for (let at = HEADER; at + FRAME_HEADER + pageSize <= size; at += FRAME_HEADER + pageSize) {
    const frame = read(descriptor, at, FRAME_HEADER + pageSize);
    const ours = frame.compare(header, 16, 24, 8, 16) === 0;
    const ends = frame.readUInt32BE(4) !== 0;
    if (!broken) {
      add(sum, frame.subarray(0, 8), littleEndian);
      add(sum, frame.subarray(FRAME_HEADER), littleEndian);
      broken = !ours || !endsWith(frame.subarray(0, FRAME_HEADER), sum);
    }
    if (!broken) {
      whole += 1;
      if (ends) committed = whole;
    } else if (ours) {
      behind += 1;
      // Half a head may be that of an older frame.
      if (ends && (at % SECTOR) + FRAME_HEADER <= SECTOR) endsBehind += 1;
    }
  }
  if (endsBehind > 1 || acknowledged(index, header.subarray(16, 24)) > committed) return 'damaged';
  return whole > committed || behind > 0 ? 'unfinished' : 'whole';
}

/** So many frames of the log with that salt were acknowledged, at least. The system writes the index when it likes. */
function acknowledged(index: Buffer | null, salt: Buffer): number {
  if (index === null) return 0;
  const littleEndian = endianness() === 'LE';
  const headers = [index.subarray(0, INDEX_HEADER), index.subarray(INDEX_HEADER)];
  const frames = headers.map((header) => {
    const sum: Sum = [0, 0];
    add(sum, header.subarray(0, INDEX_HEADER - 8), littleEndian);
    const isWhole = sum.every((part, at) => part === word(header, INDEX_HEADER - 8 + 4 * at, littleEndian));
    return isWhole && salt.equals(header.subarray(32, 40)) ? word(header, 16, littleEndian) : 0;
  });
  return Math.max(...frames);
}

type Sum = [number, number];

const word = (bytes: Buffer, at: number, littleEndian: boolean): number =>
  littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

function add(sum: Sum, bytes: Buffer, littleEndian: boolean): void {
  for (let at = 0; at < bytes.length; at += 8) {
    sum[0] = (sum[0] + word(bytes, at, littleEndian) + sum[1]) >>> 0;
    sum[1] = (sum[1] + word(bytes, at + 4, littleEndian) + sum[0]) >>> 0;
  }
}

function endsWith(bytes: Buffer, sum: Sum): boolean {
  return bytes.readUInt32BE(bytes.length - 8) === sum[0] && bytes.readUInt32BE(bytes.length - 4) === sum[1];
}

function withFile<T>(path: string, act: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return act(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function read(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, at);
  return bytes;
}
