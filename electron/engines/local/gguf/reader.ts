import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { failure } from '../../../../shared/faults/failure.ts';
import type { Counted } from '../../../../shared/faults/catalogue.ts';

/** No model known needs more than some tens of megabytes of header. */
const MAX_HEADER = 256 * 2 ** 20;
const READ_AHEAD = 2 ** 20;

/** Reads a file from its beginning: never past its end, never more than a header may have, little memory at a time. */
export class BoundedReader {
  readonly size: number;
  readonly #file: number;
  #buffer = Buffer.alloc(0);
  #base = 0;
  #position = 0;

  constructor(path: string) {
    this.#file = openRegularFile(path);
    this.size = fstatSync(this.#file).size;
  }

  get position(): number {
    return this.#position;
  }

  close(): void {
    closeSync(this.#file);
  }

  u8(): number {
    const at = this.#take(1);
    return this.#buffer.readUInt8(at);
  }
  i8(): number {
    const at = this.#take(1);
    return this.#buffer.readInt8(at);
  }
  u16(): number {
    const at = this.#take(2);
    return this.#buffer.readUInt16LE(at);
  }
  i16(): number {
    const at = this.#take(2);
    return this.#buffer.readInt16LE(at);
  }
  u32(): number {
    const at = this.#take(4);
    return this.#buffer.readUInt32LE(at);
  }
  i32(): number {
    const at = this.#take(4);
    return this.#buffer.readInt32LE(at);
  }
  f32(): number {
    const at = this.#take(4);
    return this.#buffer.readFloatLE(at);
  }
  f64(): number {
    const at = this.#take(8);
    return this.#buffer.readDoubleLE(at);
  }
  i64(): number {
    const at = this.#take(8);
    return Number(this.#buffer.readBigInt64LE(at));
  }
  u64(): number {
    const at = this.#take(8);
    return Number(this.#buffer.readBigUInt64LE(at));
  }

  /** A count or a length, which decides how much follows. */
  count(of: Counted, most: number, name = ''): number {
    const value = this.u64();
    if (value > most) throw failure('FILE_COUNT', { count: value, of, name }, { detail: `at most ${most}` });
    return value;
  }

  text(of: Counted, most: number, name = ''): string {
    return this.#string('utf8', of, most, name);
  }

  /** One character for each byte, so that no two different texts become the same. */
  latin1(of: Counted, most: number, name = ''): string {
    return this.#string('latin1', of, most, name);
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return Buffer.from(this.#buffer.subarray(at, at + length));
  }

  skip(length: number): void {
    this.#assertInside(length);
    this.#position += length;
  }

  #string(encoding: 'utf8' | 'latin1', of: Counted, most: number, name: string): string {
    const length = this.count(of, most, name);
    const at = this.#take(length);
    return this.#buffer.toString(encoding, at, at + length);
  }

  #assertInside(length: number): void {
    if (this.#position + length > this.size) throw failure('TRUNCATED', {});
    if (this.#position + length > MAX_HEADER) throw failure('FILE_HEADER_SIZE', {});
  }

  #take(length: number): number {
    this.#assertInside(length);
    if (this.#position < this.#base || this.#position + length > this.#base + this.#buffer.length) {
      const size = Math.min(this.size - this.#position, Math.max(length, READ_AHEAD));
      const buffer = Buffer.alloc(size);
      if (readSync(this.#file, buffer, 0, size, this.#position) < length) throw failure('TRUNCATED', {});
      this.#buffer = buffer;
      this.#base = this.#position;
    }
    const at = this.#position - this.#base;
    this.#position += length;
    return at;
  }
}

function openRegularFile(path: string): number {
  let file: number;
  try {
    // Not waiting: a named pipe would never open.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') throw failure('FILE_GONE', {}, { detail: path });
    throw failure('NO_ACCESS', {}, { detail: String(error) });
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw failure('NOT_GGUF', {}, { detail: path });
}
