/** The pure packages know no TextEncoder. Texts are well formed. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) bytes += unitBytes(text.charCodeAt(at));
  return bytes;
}

/** A surrogate counts half of its pair. */
const unitBytes = (unit: number) => (unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3);

export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    const rest = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[at++] = ((0xff00 >> (rest + 1)) & 0xff) | (code >> (6 * rest));
    for (let left = rest - 1; left >= 0; left--) bytes[at++] = 0x80 | ((code >> (6 * left)) & 0x3f);
  }
  return bytes;
}

/** The smallest offset behind which a text has no more than so many bytes. */
export function offsetOfLastBytes(text: string, bytes: number): number {
  let left = bytes;
  let at = text.length;
  while (at > 0) {
    left -= unitBytes(text.charCodeAt(at - 1));
    if (left < 0) break;
    at -= 1;
  }
  return wholeCharacter(text, at);
}

/** Moves an offset that would cut a character in two behind it. */
export function wholeCharacter(text: string, offset: number): number {
  const inside = (text.charCodeAt(offset) & 0xfc00) === 0xdc00 && (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800;
  return inside ? offset + 1 : offset;
}
