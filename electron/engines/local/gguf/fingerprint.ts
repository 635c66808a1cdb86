import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readParts } from './header.ts';
import { haveRead, type ReadingNumbers } from './reading-meter.ts';
import { firstBroken } from './weights.ts';

export interface FingerprintTask {
  readonly kind: 'fingerprint';
  readonly path: string;
  readonly shared: ReadingNumbers;
}
/** The SHA-256 of all its files, one after the other, and the first of its weights that is no number. */
export interface Fingerprint {
  readonly sha256: string;
  readonly broken: string | null;
}

const CHUNK = 4 * 2 ** 20;

export function fingerprint({ path, shared }: FingerprintTask): Fingerprint {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK);
  let broken: string | null = null;
  let read = 0;
  for (const part of readParts(path)) {
    const file = openSync(part.path, 'r');
    try {
      let at = 0;
      for (let length = readSync(file, chunk, 0, CHUNK, 0); length > 0; length = readSync(file, chunk, 0, CHUNK, at)) {
        haveRead(shared, read);
        const bytes = chunk.subarray(0, length);
        hash.update(bytes);
        broken ??= firstBroken(bytes, at, part);
        at += length;
        read += length;
      }
    } finally {
      closeSync(file);
    }
  }
  return { sha256: hash.digest('hex'), broken };
}
