/** What is read of a file that somebody else made. Whatever is larger is refused in words. */
export const CARD_LIMITS = {
  /** Bytes of a PNG or JSON file. */
  file: 32 * 1024 * 1024,
  /** Bytes of a CHARX file. */
  archive: 200 * 1024 * 1024,
  /** Of all that a CHARX file holds, unpacked. */
  unpacked: 500 * 1024 * 1024,
  entries: 5000,
  /** Unpacked bytes for one packed. */
  ratio: 200,
  /** UTF-16 units of a card. */
  text: 8 * 1024 * 1024,
  depth: 64,
  /** Objects, lists, texts, numbers and what else is in a card. */
  values: 200_000,
  chunks: 100_000,
  /** Pixels of a picture that is shown. */
  pixels: 50_000_000,
} as const;
