import { failure } from '../../../../shared/faults/failure.ts';
import type { FileValue, SizeKey } from '../../../../shared/faults/catalogue.ts';
import type { BoundedReader } from './reader.ts';
import { type GgufValue, NUMBER_TYPES, type NumberType, readValue } from './values.ts';

const MAX_KEYS = 10_000;
const MAX_KEY = 1024;

/** A number of the description, and what it may be. */
export interface Bounds {
  readonly key: SizeKey;
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
      const key = reader.text('key-name', MAX_KEY);
      // The engine reads names up to a zero byte.
      if (key === '' || key.includes('\0')) throw failure('FILE_KEY_NAME', {});
      if (this.#values.has(key)) throw failure('FILE_KEY_TWICE', { key });
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
    throw failure('FILE_NO_TEXT', { key }, { detail: shown(value) });
  }

  /** A number that must be stored as one of this type: the engine ends itself over any other. */
  stored(key: string, type: NumberType): number | null {
    const value = this.#values.get(key);
    if (value === undefined) return null;
    if (typeof value === 'number' && this.#types.get(key) === NUMBER_TYPES[type]) return value;
    throw failure('FILE_NUMBER_TYPE', { key }, { detail: `${shown(value)}, expected ${type}` });
  }

  flag(key: string): boolean | null {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    throw failure('FILE_NO_FLAG', { key }, { detail: shown(value) });
  }

  /** A whole number, a list of them (one for each layer), or null where the file does not say. */
  whole(prefix: string, { key, least, most }: Bounds): number | readonly number[] | null {
    const name = prefix + key;
    const value = this.#values.get(name);
    if (value === undefined) return null;
    const fits = (given: unknown, low: number): boolean =>
      typeof given === 'number' && Number.isInteger(given) && given >= low && given <= most;
    if (typeof value === 'number' && fits(value, least)) return value;
    // A layer may do without.
    if (isNumbers(value) && value.length > 0 && value.every((one) => fits(one, 0)) && Math.max(...value) >= least)
      return value;
    const detail = `${name} must be a whole number from ${least} to ${most}`;
    throw failure('FILE_VALUE', { value: told(value), size: key }, { detail });
  }

  real(prefix: string, { key, least, most }: Bounds): number | null {
    const name = prefix + key;
    const value = this.#values.get(name);
    if (value === undefined) return null;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    const detail = `${name} must be a number from ${least} to ${most}`;
    throw failure('FILE_VALUE', { value: told(value), size: key }, { detail });
  }
}

export function isNumbers(value: GgufValue | undefined): value is readonly number[] {
  return Array.isArray(value) && typeof value[0] !== 'string';
}

export function isTexts(value: GgufValue | undefined): value is readonly string[] {
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'string');
}

/** A value as a fault names it, whatever it is. */
function told(value: GgufValue): FileValue {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && 'skipped' in value ? null : JSON.stringify(value).slice(0, 40);
}

export const shown = (value: GgufValue): string => String(told(value) ?? 'a list');
