import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { EngineFault } from '../engine-fault.ts';
import { damaged, truncated } from './gguf-fault.ts';

/** No model known needs more than some tens of megabytes of header. */
const MAX_HEADER = 256 * 2 ** 20;
const READ_AHEAD = 2 ** 20;

/** Reads a file from its beginning, in bounds: never past its end, never more than a header may have, little memory at a time. */
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
  count(what: string, most: number): number {
    const value = this.u64();
    if (value > most)
      throw damaged(
        'LIMIT',
        `claims to have ${value.toLocaleString('en')} ${what}, more than any model has`,
        `at most ${most}`,
      );
    return value;
  }

  text(what: string, most: number): string {
    return this.#string(what, most, 'utf8');
  }

  /** One character for each byte, so that no two different texts become the same. */
  latin1(what: string, most: number): string {
    return this.#string(what, most, 'latin1');
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return Buffer.from(this.#buffer.subarray(at, at + length));
  }

  skip(length: number): void {
    this.#assertInside(length);
    this.#position += length;
  }

  #string(what: string, most: number, encoding: 'utf8' | 'latin1'): string {
    const length = this.count(what, most);
    const at = this.#take(length);
    return this.#buffer.toString(encoding, at, at + length);
  }

  #assertInside(length: number): void {
    if (this.#position + length > this.size) throw truncated();
    if (this.#position + length > MAX_HEADER) throw damaged('LIMIT', 'has a description larger than that of any model');
  }

  #take(length: number): number {
    this.#assertInside(length);
    if (this.#position < this.#base || this.#position + length > this.#base + this.#buffer.length) {
      const size = Math.min(this.size - this.#position, Math.max(length, READ_AHEAD));
      const buffer = Buffer.alloc(size);
      if (readSync(this.#file, buffer, 0, size, this.#position) < length) throw truncated();
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
    if (code === 'ENOENT')
      throw new EngineFault(
        'NOT_FOUND',
        'The model file is not there any more. Put it back, or choose another model.',
        path,
      );
    throw new EngineFault(
      'NO_ACCESS',
      'The model file could not be read. Look at its permissions, or choose another model.',
      String(error),
    );
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new EngineFault(
    'NOT_GGUF',
    'This is not a model file. Paphos opens GGUF files (their names end in .gguf).',
    path,
  );
}
