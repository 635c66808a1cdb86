import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../../../shared/faults/failure.ts';
import type { Keys } from './metadata-keys.ts';

const MAX_PARTS = 1000;
const five = (number: number): string => String(number).padStart(5, '0');
const partName = (name: string, part: number, of: number): string => `${name}-${five(part)}-of-${five(of)}.gguf`;

/** A model in several files, by the name of one: `name-00001-of-00003.gguf`. */
export interface Split {
  readonly name: string;
  readonly part: number;
  readonly files: readonly string[];
}

export function splitOf(path: string): Split | null {
  const [, name, part, of] = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i.exec(basename(path)) ?? [];
  if (name === undefined || Number(of) < 2 || Number(of) > MAX_PARTS || Number(part) < 1 || Number(part) > Number(of))
    return null;
  return {
    name,
    part: Number(part),
    files: Array.from({ length: Number(of) }, (_, index) => join(dirname(path), partName(name, index + 1, Number(of)))),
  };
}

/** The files of a model in order, by its name; every one of them is there. */
export function partsOf(path: string): readonly string[] {
  const split = splitOf(path);
  if (split === null) return [path];
  const missing = split.files.findIndex((file) => !existsSync(file));
  if (missing < 0) return split.files;
  throw failure('PART_MISSING', {
    part: missing + 1,
    parts: split.files.length,
    file: basename(split.files[missing] ?? ''),
  });
}

/** Whether a file says of itself that it is the part which its name says. */
export function assertPart(keys: Keys, index: number, count: number): void {
  const claimed = keys.stored('split.count', 'u16') ?? 1;
  const number = keys.stored('split.no', 'u16');
  if (count === 1 && claimed > 1) {
    throw failure(
      'PART_UNNAMED',
      { parts: claimed },
      { detail: `expected a name that ends in ${partName('', 1, claimed)}` },
    );
  }
  if (count > 1 && (claimed !== count || number !== index)) {
    const detail = `split.no ${number ?? 'missing'}, split.count ${claimed}, expected ${index} of ${count}`;
    throw failure('PARTS_DIFFER', {}, { detail });
  }
}
