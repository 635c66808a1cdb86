/** Words as a writer counts them. Scripts that put no spaces between words count by character. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
const RUN = String.raw`[[\p{L}\p{N}\p{M}]--${UNSPACED}]+`;
/** What holds two runs together: an apostrophe, a hyphen; a point or comma inside a number. */
const JOINT = String.raw`(?:['’‑\-]|(?<=\p{N})[.,](?=\p{N}))`;
const ASCII_WORD = /[A-Za-z0-9]+(?:(?:['-]|(?<=[0-9])[.,](?=[0-9]))[A-Za-z0-9]+)*/g;
const WORD = new RegExp(String.raw`${RUN}(?:${JOINT}${RUN})*|${UNSPACED}\p{M}*`, 'gv');
const BEYOND_ASCII = /[^\0-\x7F]/;

export function countWords(text: string): number {
  let count = 0;
  // Line by line, since most lines are plain, and plain ones are counted many times faster.
  for (const line of text.split('\n')) count += line.match(BEYOND_ASCII.test(line) ? WORD : ASCII_WORD)?.length ?? 0;
  return count;
}
