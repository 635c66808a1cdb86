import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Role } from '../../../shared/document/turn.ts';

/** The hash of a revision: what a turn says and who says it. */
export function turnHash(role: Role, speaker: string | null, text: string): string {
  return hash('sha256', `${role}\0${speaker ?? ''}\0${text}`);
}

/** Tells one change from another that came under the same id: 8 bytes, as there is one with each of 5,000 ids. */
export const changeDigest = (...asked: readonly unknown[]): Uint8Array =>
  hash('sha256', JSON.stringify(asked), 'buffer').subarray(0, 8);

/** A small checksum over a row's values, so that a changed byte is noticed without hashing a whole text. */
export function checksum(...values: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(values));
}
