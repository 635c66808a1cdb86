import { Inflate, Unzlib } from 'fflate';

/** Packed bytes go in piece by piece, so that what comes of one cannot be more than a few megabytes over the limit. */
const PIECE = 4096;

class TooMuch extends Error {}

/** Unpacked bytes; null where they are none, `too much` where they are more than `most`. */
export function inflate(packed: Uint8Array, kind: 'raw' | 'zlib', most: number): Uint8Array | 'too much' | null {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const take = (piece: Uint8Array, isLast: boolean): void => {
    length += piece.length;
    if (length > most) throw new TooMuch();
    pieces.push(piece);
    ended ||= isLast;
  };
  const stream = kind === 'raw' ? new Inflate(take) : new Unzlib(take);
  try {
    for (let at = 0; at < packed.length && !ended; at += PIECE)
      stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  } catch (error) {
    return error instanceof TooMuch ? 'too much' : null;
  }
  return ended ? joined(pieces, length) : null;
}

export function joined(pieces: readonly Uint8Array[], length = pieces.reduce((sum, one) => sum + one.length, 0)) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
