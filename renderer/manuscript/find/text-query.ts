/** What is looked for. */
export interface Query {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly isRegex: boolean;
}

const WORD_BEFORE = /[\p{L}\p{M}\p{N}_]$/u;
const WORD_BEHIND = /^[\p{L}\p{M}\p{N}_]/u;

/** Whether a hit neither begins nor ends within a word. */
export function isWholeWord(text: string, from: number, to: number): boolean {
  const hit = text.slice(from, to);
  const breaks = (before: string, behind: string): boolean =>
    !(WORD_BEFORE.test(before.slice(-2)) && WORD_BEHIND.test(behind.slice(0, 2)));
  return hit !== '' && breaks(text.slice(0, from), hit) && breaks(hit, text.slice(to));
}
