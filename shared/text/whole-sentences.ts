const CLOSING = String.raw`[\p{Pe}\p{Pf}\p{Pi}"'*_~]*`;
/** The end of a sentence with the quotes, brackets and asterisks that close behind it, or of a line. */
const END = new RegExp(String.raw`[.!?…]+${CLOSING}(?=\s|$)|[。！？｡]+${CLOSING}|\n`, 'gu');
/** Behind these a full stop ends no sentence. */
const SHORTENED = /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Lt|Col|Gen|Rev|Jr|Sr|No|vs|e\.g|i\.e|\p{Lu})$/u;

/**
 * How much of a text that was cut off is whole sentences and lines, in UTF-16 units from its beginning. All of it where
 * it ends in one; 0 where there is none.
 */
export function wholeSentences(text: string): number {
  let end = 0;
  for (const match of text.matchAll(END))
    if (!match[0].startsWith('.') || !SHORTENED.test(text.slice(0, match.index))) end = match.index + match[0].length;
  return text.slice(end).trim() === '' ? text.length : text.slice(0, end).trimEnd().length;
}
