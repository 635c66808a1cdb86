import { isPng } from './png.ts';

export interface PictureFacts {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
  /** In pixels, by the header; 0 where it does not say. */
  readonly width: number;
  readonly height: number;
}

/** What a picture says of itself in its first bytes, before anything decodes it; null where it is none we show. */
export function pictureFacts(bytes: Uint8Array): PictureFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (isPng(bytes)) return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
    if (starts(bytes, 0, 'GIF8'))
      return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')) return { type: 'image/webp', ...webpSize(bytes, view) };
    if (view.getUint16(0) === 0xffd8) return { type: 'image/jpeg', ...jpegSize(view) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

const starts = (bytes: Uint8Array, at: number, sign: string): boolean =>
  [...sign].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

interface Size {
  readonly width: number;
  readonly height: number;
}

function webpSize(bytes: Uint8Array, view: DataView): Size {
  if (starts(bytes, 12, 'VP8X')) return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  if (starts(bytes, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** Goes from segment to segment until one says the size. */
function jpegSize(view: DataView): Size {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0xda) return { width: 0, height: 0 };
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
  }
}
