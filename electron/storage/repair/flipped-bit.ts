const POLYNOMIAL = 0xedb88320;

/** Of CRC-32: what a byte makes of a checksum. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let bits = byte;
  for (let bit = 0; bit < 8; bit += 1) bits = bits & 1 ? POLYNOMIAL ^ (bits >>> 1) : bits >>> 1;
  return bits;
});

/**
 * The bytes with the one bit turned back whose flip makes such a `difference` of their CRC-32; null where no single bit
 * does. The difference that a bit makes depends on its place alone.
 */
export function turnBack(bytes: Uint8Array, difference: number): Uint8Array | null {
  const effects = Uint32Array.from({ length: 8 }, (_, bit) => TABLE[1 << bit] ?? 0);
  for (let at = bytes.length - 1; at >= 0; at -= 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const effect = effects[bit] ?? 0;
      if (effect === difference >>> 0) return bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit));
      effects[bit] = (effect >>> 8) ^ (TABLE[effect & 0xff] ?? 0);
    }
  return null;
}
