const CLOSING = String.raw`[\p{Pe}\p{Pf}\p{Pi}"'*_~]*`;
/** The end of a sentence with the quotes, brackets and asterisks that close behind it, or of a line. */
const END = new RegExp(String.raw`[.!?…]+${CLOSING}(?=\s|$)|[。！？｡]+${CLOSING}|\n`, 'gu');
/** Behind these a full stop ends no sentence: titles, “No.” before a number, and initials, where a name follows. */
const SHORTENED = /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Lt|Col|Gen|Rev|Jr|Sr|vs|e\.g|i\.e)$/u;
const NUMBER = /(?:^|[^\p{L}])No$/u;
const INITIAL = /(?:^|[^\p{L}])(?!I)\p{Lu}$/u;

const isShortened = (before: string, behind: string): boolean =>
  SHORTENED.test(before) ||
  (NUMBER.test(before) && /^\s*\d/.test(behind)) ||
  (INITIAL.test(before) && /^ \p{Lu}/u.test(behind));

/**
 * How much of a text that was cut off is whole sentences and lines, in UTF-16 units from its beginning. All of it where
 * it ends in one; 0 where there is none.
 */
export function wholeSentences(text: string): number {
  let end = 0;
  for (const match of text.matchAll(END)) {
    const behind = match.index + match[0].length;
    const isStop = match[0] === '.';
    if (!isStop || !isShortened(text.slice(0, match.index), text.slice(behind))) end = behind;
  }
  return text.slice(end).trim() === '' ? text.length : text.slice(0, end).trimEnd().length;
}

/** A sentence that was begun and not ended: its text, and where that stood (UTF-16 units). */
export interface LeftOut {
  readonly at: number;
  readonly text: string;
}

/**
 * What is left out of a reply that was cut short, where only whole sentences are to stay. `text` ends with the reply,
 * which begins at `from`; null where all of it stays, or nothing would.
 */
export function unfinished(text: string, from: number): LeftOut | null {
  const at = wholeSentences(text);
  const rest = text.slice(at);
  return at <= from || rest.trim() === '' || text.slice(from, at).trim() === '' ? null : { at, text: rest };
}
