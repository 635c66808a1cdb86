import type { WordCandidates } from '../../shared/contract/writing.ts';

/**
 * What else could have been written, for each token of a reply, in as few bytes as is simple: a dictionary of the
 * tokens with their bytes (so that no model is needed to read it), then a row for each token: how far behind the one
 * before it stands in the text, and it and the others as places in the dictionary with their log-probabilities in
 * thousandths. Numbers are LEB128, log-probabilities two bytes. A damaged record throws a RangeError.
 */
const VERSION = 1;
const STEPS = 1000;
const LEAST = 65_535;

interface Told {
  readonly token: number;
  readonly others: { readonly tokens: ArrayLike<number>; readonly logs: ArrayLike<number>; readonly chosen: number };
}
interface Row extends Told {
  readonly at: number;
}

/** Gathers the words of one reply. */
export class CandidateLog {
  readonly #rows: Row[] = [];

  /** `at`: where in the reply's text (UTF-16 units) the token begins. */
  add(at: number, told: Told): void {
    this.#rows.push({ at, ...told });
  }

  /** The record of the tokens that begin before the text's end; null without any. */
  encode(length: number, bytesOf: (token: number) => Uint8Array): Uint8Array | null {
    const rows = this.#rows.filter(({ at }) => at < length);
    if (rows.length === 0) return null;
    const places = new Map<number, number>();
    for (const { token, others } of rows)
      for (const id of [token, ...Array.from(others.tokens)]) if (!places.has(id)) places.set(id, places.size);
    const out = new Writer();
    out.byte(VERSION);
    out.number(places.size);
    for (const id of places.keys()) {
      const bytes = bytesOf(id);
      out.number(bytes.length);
      out.bytes(bytes);
    }
    out.number(rows.length);
    let before = 0;
    for (const { at, token, others } of rows) {
      out.number(at - before);
      before = at;
      out.number(places.get(token) ?? 0);
      out.log(others.chosen);
      out.number(others.tokens.length);
      for (let i = 0; i < others.tokens.length; i++) {
        out.number(places.get(others.tokens[i] ?? 0) ?? 0);
        out.log(others.logs[i] ?? -Infinity);
      }
    }
    return out.result();
  }
}

export function readCandidates(record: Uint8Array): WordCandidates[] {
  const input = new Reader(record);
  if (input.byte() !== VERSION) throw new RangeError('not a record of candidates that this version knows');
  const decoder = new TextDecoder();
  const texts = Array.from({ length: input.count() }, () => decoder.decode(input.bytes(input.count())));
  const word = (): { text: string; probability: number } => {
    const text = texts[input.number()];
    if (text === undefined) throw new RangeError('a word that is not in the dictionary');
    return { text, probability: input.probability() };
  };
  let at = 0;
  return Array.from({ length: input.count() }, () => {
    at += input.number();
    const chosen = word();
    return { at, ...chosen, others: Array.from({ length: input.count() }, word) };
  });
}

class Writer {
  #buffer = new Uint8Array(4096);
  #length = 0;

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  number(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128);
    this.byte(rest);
  }

  bytes(values: Uint8Array): void {
    this.#room(values.length);
    this.#buffer.set(values, this.#length);
    this.#length += values.length;
  }

  log(value: number): void {
    const steps = Math.min(LEAST, Math.max(0, Math.round(-value * STEPS)));
    this.byte(steps & 255);
    this.byte(steps >> 8);
  }

  result(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.#length + more));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('the record ends too early');
    return value;
  }

  number(): number {
    let [value, scale] = [0, 1];
    for (let byte = this.byte(); ; byte = this.byte(), scale *= 128) {
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 28) throw new RangeError('a number that is too large');
    }
  }

  /** A number of things of at least a byte each: no more than are left. */
  count(): number {
    const value = this.number();
    if (value > this.#bytes.length - this.#at) throw new RangeError('more than the record holds');
    return value;
  }

  bytes(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  probability(): number {
    const steps = this.byte() + 256 * this.byte();
    return steps === LEAST ? 0 : Math.exp(-steps / STEPS);
  }
}
