const STRONG = /[\p{L}\u200E\u200F]/u;
/** Hebrew, Arabic, Syriac, Thaana, N’Ko and the others that are written from the right, with their marks. */
const FROM_RIGHT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Whether a paragraph runs from right to left: by its first strong letter. */
export function runsFromRight(text: string): boolean {
  if (!FROM_RIGHT.test(text)) return false;
  const first = STRONG.exec(text)?.[0];
  return first !== undefined && FROM_RIGHT.test(first);
}
