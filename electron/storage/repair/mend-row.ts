import { CHECKED, rowChecksum as checksumOf } from '../core/rows.ts';
import type { Schema } from '../core/schema.ts';
import { turnBack } from './flipped-bit.ts';

type Checked = keyof typeof CHECKED;

/** What a column may have said before. */
export type Guesses<R> = { readonly [K in keyof R]?: Iterable<R[K]> };

type Value = string | number | null;
const valuesOf = <T extends Checked>(table: T, row: Schema[T]): Value[] =>
  CHECKED[table].map((column) => Reflect.get(row, column) as Value);

/**
 * A row of which a bit, or one column, has changed, as it was saved: its checksum proves it. Null where nothing fits,
 * so that more than that has changed, or something that nobody can guess.
 */
export function mendRow<T extends Checked>(
  table: T,
  row: Schema[T],
  guesses: Guesses<Schema[T]> = {},
): Schema[T] | null {
  const difference = (checksumOf(table, row) ^ row.checksum) >>> 0;
  if (difference === 0) return row;
  // No single change of the rest makes a checksum that differs in one bit only.
  if (Number.isInteger(Math.log2(difference))) return { ...row, checksum: checksumOf(table, row) };
  for (const [column, values] of Object.entries(guesses) as [keyof Schema[T], Iterable<unknown>][])
    for (const value of values) {
      const guess = { ...row, [column]: value };
      if (checksumOf(table, guess) === row.checksum) return guess;
    }
  return (
    withNumberTurnedBack(table, row) ?? withBitTurnedBack(table, row, difference) ?? withLetterTurnedBack(table, row)
  );
}

/** SQLite keeps whole numbers of up to 48 bits, as all of ours are, bit by bit. */
const NUMBER_BITS = 48;

function withNumberTurnedBack<T extends Checked>(table: T, row: Schema[T]): Schema[T] | null {
  for (const column of CHECKED[table]) {
    const value: unknown = Reflect.get(row, column);
    if (typeof value !== 'number') continue;
    for (let bit = 0; bit < NUMBER_BITS; bit += 1)
      for (const other of [value + 2 ** bit, value - 2 ** bit]) {
        const guess = { ...row, [column]: other };
        if (checksumOf(table, guess) === row.checksum) return guess;
      }
  }
  return null;
}

function withBitTurnedBack<T extends Checked>(table: T, row: Schema[T], difference: number): Schema[T] | null {
  const bytes = turnBack(Buffer.from(JSON.stringify(valuesOf(table, row))), difference);
  if (bytes === null) return null;
  try {
    const values = JSON.parse(Buffer.from(bytes).toString()) as unknown[];
    const mended = { ...row, ...Object.fromEntries(CHECKED[table].map((column, at) => [column, values[at]])) };
    return checksumOf(table, mended) === row.checksum ? mended : null;
  } catch {
    // It was no text that this bit was in.
    return null;
  }
}

/** So many letters of a text are tried: one that nobody writes is rare. */
const MOST_TRIED = 8;

/** JSON writes such a letter as more than one byte, or it was one of ASCII and is no letter any more. */
const isOdd = (code: number): boolean => code < 32 || code === 34 || code === 92 || code === 0xfffd;

function withLetterTurnedBack<T extends Checked>(table: T, row: Schema[T]): Schema[T] | null {
  for (const column of CHECKED[table]) {
    const value: unknown = Reflect.get(row, column);
    if (typeof value !== 'string') continue;
    const odd = Array.from({ length: value.length }, (_, at) => at).filter((at) => isOdd(value.charCodeAt(at)));
    if (odd.length > MOST_TRIED) continue;
    for (const at of odd)
      for (let code = 0; code < 128; code += 1) {
        const guess = { ...row, [column]: value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1) };
        if (checksumOf(table, guess) === row.checksum) return guess;
      }
  }
  return null;
}
