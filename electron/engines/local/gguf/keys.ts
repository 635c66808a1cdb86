import { damaged } from './gguf-fault.ts';
import type { BoundedReader } from './reader.ts';
import { type GgufValue, NUMBER_TYPES, type NumberType, readValue } from './values.ts';

const MAX_KEYS = 10_000;
const MAX_KEY = 1024;

/** A number of the description: what people call it, and what it may be. */
export interface Bounds {
  readonly key: string;
  readonly what: string;
  readonly least: number;
  readonly most: number;
}

/** A file's keys, each read as what it should be. */
export class Keys {
  readonly #values = new Map<string, GgufValue>();
  readonly #types = new Map<string, number>();

  constructor(reader: BoundedReader) {
    const count = reader.count('keys', MAX_KEYS);
    for (let i = 0; i < count; i++) {
      const key = reader.text('letters in the name of a key', MAX_KEY);
      // The engine reads names up to a zero byte.
      if (key === '' || key.includes('\0')) throw damaged('RANGE', 'has a key without a whole name');
      if (this.#values.has(key)) throw damaged('RANGE', `says twice what its ${key} is`);
      const type = reader.u32();
      this.#types.set(key, type);
      this.#values.set(key, readValue(reader, key, type));
    }
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): GgufValue | undefined {
    return this.#values.get(key);
  }

  text(key: string): string | null {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'string') return value ?? null;
    throw damaged('RANGE', `should have a text as its ${key}`, shown(value));
  }

  /** A number that must be stored as one of this type: the engine ends itself over any other. */
  stored(key: string, type: NumberType): number | null {
    const value = this.#values.get(key);
    if (value === undefined) return null;
    if (typeof value === 'number' && this.#types.get(key) === NUMBER_TYPES[type]) return value;
    throw damaged(
      'RANGE',
      `stores its ${key} as another kind of number than it should`,
      `${shown(value)}, expected ${type}`,
    );
  }

  flag(key: string): boolean | null {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    throw damaged('RANGE', `should say yes or no to ${key}`, shown(value));
  }

  /** A whole number, a list of them (one for each layer), or null where the file does not say. */
  whole(prefix: string, { key, what, least, most }: Bounds): number | readonly number[] | null {
    const name = prefix + key;
    const value = this.#values.get(name);
    if (value === undefined) return null;
    const fits = (given: unknown, low: number): boolean =>
      typeof given === 'number' && Number.isInteger(given) && given >= low && given <= most;
    if (typeof value === 'number' && fits(value, least)) return value;
    // A layer may do without.
    if (isNumbers(value) && value.length > 0 && value.every((one) => fits(one, 0)) && Math.max(...value) >= least)
      return value;
    throw damaged(
      'RANGE',
      `gives ${shown(value)} as its ${what}, which cannot be`,
      `${name} must be a whole number from ${least} to ${most}`,
    );
  }

  real(prefix: string, { key, what, least, most }: Bounds): number | null {
    const name = prefix + key;
    const value = this.#values.get(name);
    if (value === undefined) return null;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw damaged(
      'RANGE',
      `gives ${shown(value)} as its ${what}, which cannot be`,
      `${name} must be a number from ${least} to ${most}`,
    );
  }
}

export function isNumbers(value: GgufValue | undefined): value is readonly number[] {
  return Array.isArray(value) && typeof value[0] !== 'string';
}

export function isTexts(value: GgufValue | undefined): value is readonly string[] {
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'string');
}

/** A value in a sentence, whatever it is. */
export function shown(value: GgufValue | undefined): string {
  if (typeof value === 'object' && 'skipped' in value) return 'a list';
  return typeof value === 'number' ? value.toLocaleString('en') : (JSON.stringify(value) ?? 'nothing').slice(0, 40);
}
