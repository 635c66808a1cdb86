import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Role } from '../../../shared/document/turn.ts';

/** The hash of a revision: what a turn says and who says it. */
export function turnHash(role: Role, speaker: string | null, text: string): string {
  return hash('sha256', `${role}\0${speaker ?? ''}\0${text}`);
}

/** Tells one change from another that came under the same id. */
export const changeDigest = (...asked: readonly unknown[]): string => hash('sha256', JSON.stringify(asked), 'base64');

/** A small checksum over a row's values, so that a changed byte is noticed without hashing a whole text. */
export function checksum(...values: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(values));
}
