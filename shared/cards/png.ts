import { strFromU8, strToU8 } from 'fflate';
import { failure } from '../faults/failure.ts';
import { crc32 } from './crc32.ts';
import { inflate, joined } from './inflate.ts';
import { CARD_LIMITS } from './limits.ts';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, at) => bytes[at] === byte);

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** As it stands in the file, with length and checksum. */
  readonly whole: Uint8Array;
}

/** The chunks of a PNG, as far as it goes: one that is cut off ends it. */
function* chunksOf(bytes: Uint8Array): Generator<Chunk, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE.length, count = 0; at + 12 <= bytes.length; count++) {
    if (count === CARD_LIMITS.chunks) throw failure('CARD_LARGE', { what: 'chunks', most: CARD_LIMITS.chunks });
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) return;
    const type = strFromU8(bytes.subarray(at + 4, at + 8), true);
    yield { type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (type === 'IEND') return;
    at = end;
  }
}

/** A text in a PNG under its keyword. */
interface PngText {
  readonly keyword: string;
  readonly text: string;
}
export interface PngFacts {
  readonly width: number;
  readonly height: number;
  readonly isAnimated: boolean;
  /** It has an end. */
  readonly isWhole: boolean;
  /** Of the keywords of cards. */
  readonly texts: readonly PngText[];
}

/** A card's keywords, as they are compared. */
const isCardKeyword = (keyword: string): boolean => keyword === 'chara' || keyword === 'ccv3';

/** Looks through all chunks, also behind the picture. */
export function readPng(bytes: Uint8Array): PngFacts {
  let [width, height, isAnimated, isWhole] = [0, 0, false, false];
  const texts: PngText[] = [];
  for (const { type, data } of chunksOf(bytes)) {
    if (type === 'IHDR' && data.length >= 8) {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      [width, height] = [view.getUint32(0), view.getUint32(4)];
    } else if (type === 'acTL') isAnimated = true;
    else if (type === 'IEND') isWhole = true;
    else {
      const keyword = keywordOf(type, data);
      if (isCardKeyword(keyword)) texts.push({ keyword, text: textOf(type, data) });
    }
  }
  return { width, height, isAnimated, isWhole, texts };
}

const TEXT_TYPES: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt']);
/** A keyword is no longer, by the rules of PNG. */
const LONGEST_KEYWORD = 79;

/** In small letters; empty where the chunk is no text. */
function keywordOf(type: string, data: Uint8Array): string {
  if (!TEXT_TYPES.has(type)) return '';
  const end = data.subarray(0, LONGEST_KEYWORD + 1).indexOf(0);
  return end < 0 ? '' : strFromU8(data.subarray(0, end), true).toLowerCase();
}

/** Throws where it is packed and cannot be unpacked, or would be too large. */
function textOf(type: string, data: Uint8Array): string {
  const start = data.indexOf(0) + 1;
  if (type === 'tEXt') return strFromU8(data.subarray(start), true);
  if (type === 'zTXt') return strFromU8(unpacked(data.subarray(start + 1)), true);
  const isPacked = data[start] === 1;
  const afterLanguage = data.indexOf(0, start + 2) + 1;
  const content = data.subarray(data.indexOf(0, afterLanguage) + 1);
  return strFromU8(isPacked ? unpacked(content) : content);
}

function unpacked(packed: Uint8Array): Uint8Array {
  // Base64 of a text that is as long as one may be, in bytes of which a unit has three at most.
  const most = CARD_LIMITS.text * 4;
  const text = inflate(packed, 'zlib', most);
  if (text === 'too much') throw failure('CARD_LARGE', { what: 'text', most: CARD_LIMITS.text });
  if (text === null) throw failure('CARD_BROKEN', { part: 'png' });
  return text;
}

/** The PNG with these texts before its end, and none of the cards that it had. */
export function withTexts(bytes: Uint8Array, texts: readonly PngText[]): Uint8Array {
  const kept = [...chunksOf(bytes)].filter(
    ({ type, data }) => type !== 'IEND' && !isCardKeyword(keywordOf(type, data)),
  );
  return joined([
    bytes.subarray(0, SIGNATURE.length),
    ...kept.map(({ whole }) => whole),
    ...texts.map(({ keyword, text }) => chunk('tEXt', strToU8(`${keyword}\0${text}`, true))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(strToU8(type, true), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
