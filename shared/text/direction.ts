/** Hebrew, Arabic, Syriac, Thaana, N’Ko and the others that are written from the right, with their marks. */
export const FROM_RIGHT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** Signs that order what follows them otherwise. */
const ORDERS = /[\u202A-\u202E\u2066-\u2069]/u;

const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ['\u2068', '\u2069'];

/**
 * A person's text inside a sentence of ours: the direction in which it is written moves nothing of the sentence around
 * it.
 */
export function isolated(text: string): string {
  return FROM_RIGHT.test(text) || ORDERS.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** What a sentence is given, with all texts in it isolated. */
export function withIsolatedTexts<T>(given: T): T;
export function withIsolatedTexts(given: unknown): unknown {
  if (typeof given === 'string') return isolated(given);
  if (Array.isArray(given)) return given.map((one: unknown) => withIsolatedTexts(one));
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, withIsolatedTexts(value)]));
}
