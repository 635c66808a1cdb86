import { deflateSync, strFromU8 } from 'fflate';
import { failure } from '../faults/failure.ts';
import { crc32 } from './crc32.ts';
import { inflate, joined } from './inflate.ts';
import { CARD_LIMITS } from './limits.ts';

/** A file in an archive, still packed. Its name is never the name of a file here. */
export interface ZipEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  /** Time and date, as they stand. */
  readonly time: number;
  readonly crc: number;
  /** Unpacked, by what the archive says. */
  readonly size: number;
  readonly packed: Uint8Array;
}
export interface Zip {
  /** What stands before the first entry, such as a picture that the archive was appended to. */
  readonly prefix: Uint8Array;
  readonly entries: readonly ZipEntry[];
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [STORED, DEFLATED] = [0, 8];
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;

const broken = (): Error => failure('CARD_BROKEN', { part: 'zip' });
const large = (what: 'unpacked' | 'entries' | 'ratio'): Error =>
  failure('CARD_LARGE', { what, most: CARD_LIMITS[what] });

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the list of an archive ends; null where there is none. */
function endOf(bytes: Uint8Array): number | null {
  const view = viewOf(bytes);
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--) if (view.getUint32(at, true) === END) return at;
  return null;
}

export const isZip = (bytes: Uint8Array): boolean => endOf(bytes) !== null;

/** What an archive lists. Faults: CARD_BROKEN (`zip`), CARD_LARGE. */
export function readZip(bytes: Uint8Array): Zip {
  try {
    return readEntries(bytes);
  } catch (error) {
    throw error instanceof RangeError ? broken() : error;
  }
}

function readEntries(bytes: Uint8Array): Zip {
  const view = viewOf(bytes);
  const end = endOf(bytes);
  if (end === null) throw broken();
  const [count, length, offset] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  if (count > CARD_LIMITS.entries) throw large('entries');
  // What was put before the archive moves all that its offsets mean.
  const moved = end - length - offset;
  if (moved < 0) throw broken();
  let [at, total, first] = [end - length, 0, end - length];
  const entries: ZipEntry[] = [];
  for (let number = 0; number < count; number++) {
    if (view.getUint32(at, true) !== CENTRAL) throw broken();
    const [packedSize, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const local = moved + view.getUint32(at + 42, true);
    if (view.getUint32(local, true) !== LOCAL) throw broken();
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (data + packedSize > bytes.length) throw broken();
    total += size;
    if (total > CARD_LIMITS.unpacked) throw large('unpacked');
    const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
    entries.push({
      name: strFromU8(nameBytes),
      nameBytes,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      time: view.getUint32(at + 12, true),
      crc: view.getUint32(at + 16, true),
      size,
      packed: bytes.subarray(data, data + packedSize),
    });
    first = Math.min(first, local);
    at += 46 + nameLength + extra + comment;
  }
  return { prefix: bytes.subarray(0, first), entries };
}

/** The bytes of an entry. `most`: it is refused where there are more. */
export function unpack({ flags, method, size, packed, crc }: ZipEntry, most: number): Uint8Array {
  if ((flags & 1) === 1 || (method !== STORED && method !== DEFLATED)) throw broken();
  if (size > most || packed.length > most) throw failure('CARD_LARGE', { what: 'entry', most });
  if (size > 1024 * 1024 && size > packed.length * CARD_LIMITS.ratio) throw large('ratio');
  const bytes = method === STORED ? packed : inflate(packed, 'raw', size);
  if (bytes === null || bytes === 'too much' || bytes.length !== size || crc32(bytes) !== crc) throw broken();
  return bytes;
}

/** The same entry with other bytes in it. */
export function repacked(entry: ZipEntry, bytes: Uint8Array): ZipEntry {
  const packed = deflateSync(bytes);
  return { ...entry, method: DEFLATED, size: bytes.length, crc: crc32(bytes), packed };
}

/** Every entry as it is packed, behind each other. */
export function writeZip({ prefix, entries }: Zip): Uint8Array {
  const parts: Uint8Array[] = [prefix];
  const list: Uint8Array[] = [];
  let at = prefix.length;
  for (const entry of entries) {
    const local = new Uint8Array(30 + entry.nameBytes.length);
    header(viewOf(local), LOCAL, 4, entry);
    local.set(entry.nameBytes, 30);
    const central = new Uint8Array(46 + entry.nameBytes.length);
    const view = viewOf(central);
    header(view, CENTRAL, 6, entry);
    view.setUint16(4, 20, true);
    view.setUint32(42, at, true);
    central.set(entry.nameBytes, 46);
    parts.push(local, entry.packed);
    list.push(central);
    at += local.length + entry.packed.length;
  }
  const listed = joined(list);
  const end = new Uint8Array(END_BYTES);
  const view = viewOf(end);
  view.setUint32(0, END, true);
  view.setUint16(8, entries.length, true);
  view.setUint16(10, entries.length, true);
  view.setUint32(12, listed.length, true);
  view.setUint32(16, at, true);
  return joined([...parts, listed, end]);
}

/** What the two headers of an entry have in common, from `at` on. */
function header(view: DataView, signature: number, at: number, entry: ZipEntry): void {
  view.setUint32(0, signature, true);
  view.setUint16(at, 20, true);
  // Sizes and checksum stand here, not behind the bytes.
  view.setUint16(at + 2, entry.flags & ~8, true);
  view.setUint16(at + 4, entry.method, true);
  view.setUint32(at + 6, entry.time, true);
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.packed.length, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, entry.nameBytes.length, true);
}
