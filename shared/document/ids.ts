/** Ids are UUIDv7: made by whoever creates the thing, sorted by when. */
interface RandomSource {
  readonly crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
}

/** The UUIDv7 of a time in milliseconds and ten random bytes. */
export function uuidv7(now: number, random: Uint8Array): string {
  const time = Math.max(0, Math.trunc(now)).toString(16).padStart(12, '0').slice(-12);
  const hex = Array.from(random.subarray(0, 10), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .padEnd(20, '0');
  const variant = (8 + (parseInt(hex.slice(3, 4), 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`;
}

export function newId(): string {
  const { crypto } = globalThis as unknown as RandomSource;
  return uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
