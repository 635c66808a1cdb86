/** Words as a writer counts them: runs of letters and digits, with the marks inside them; scripts without spaces count by character. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*`;
const LETTER = String.raw`[\p{L}\p{N}\p{M}]`;
const WORD = new RegExp(String.raw`${UNSPACED}|${LETTER}+?(?:(?:['’\-‑.,]?${LETTER}+?))*(?!${LETTER})`, 'gu');

export function countWords(text: string): number {
  return [...text.matchAll(WORD)].length;
}
