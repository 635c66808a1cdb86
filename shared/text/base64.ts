const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** The pure packages know neither atob nor Buffer. Null where it is no base64; white space counts for nothing. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let [at, held, bits] = [0, 0, 0];
  let ended = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 32 || (code >= 9 && code <= 13)) continue;
    if (code === 61) {
      ended = true;
      continue;
    }
    const value = code < 128 ? (VALUES[code] ?? 255) : 255;
    if (value === 255 || ended) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return bits === 6 ? null : bytes.slice(0, at);
}

/** In pieces, so that no text is made of a million small ones. */
const PIECE = 3 * 8192;

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += PIECE) pieces.push(piece(bytes.subarray(from, from + PIECE)));
  return pieces.join('');
}

function piece(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const left = bytes.length - at;
    text += (ALPHABET[one >> 2] ?? '') + (ALPHABET[((one & 3) << 4) | (two >> 4)] ?? '');
    text += left > 1 ? (ALPHABET[((two & 15) << 2) | (three >> 6)] ?? '') : '=';
    text += left > 2 ? (ALPHABET[three & 63] ?? '') : '=';
  }
  return text;
}
