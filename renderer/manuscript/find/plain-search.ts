import { Range, type editor } from 'monaco-editor/editor';
import { isEscaped } from '../../../shared/document/grammar.ts';
import { spanAt, type Layout } from '../../../shared/document/layout.ts';
import { Hits } from './hits.ts';
import type { Stretch } from '../../chapter/text-source.ts';
import { isWholeWord, type Query } from './text-query.ts';

/** Finds words as they are written, in the text of the turns alone. `within`: nowhere else; null: everywhere. */
export function searchPlain(
  model: editor.ITextModel,
  layout: Layout,
  { text, matchCase, wholeWord }: Query,
  within: readonly Stretch[] | null,
): Hits {
  const find = (ranges: Range[]): Range[] =>
    model.findMatches(text, ranges, false, matchCase, null, false, Number.MAX_SAFE_INTEGER).map(({ range }) => range);
  const everywhere = within?.map(({ from, to }) => new Range(from.line, from.column, to.line, to.column)) ?? [
    model.getFullModelRange(),
  ];
  const places: number[] = [];
  let line = 0;
  let isMark = false;
  let escape: 'none' | 'found' | 'left' = 'none';
  const take = (range: Range): void => {
    const shown = wholeWord ? model.getLineContent(range.startLineNumber) : '';
    if (wholeWord && !isWholeWord(shown, range.startColumn - 1, range.endColumn - 1)) return;
    places.push(range.startLineNumber, range.startColumn, range.endLineNumber, range.endColumn);
  };
  for (const range of everywhere.length === 0 ? [] : find(everywhere)) {
    if (range.startLineNumber !== line) {
      line = range.startLineNumber;
      const span = spanAt(layout, line);
      isMark = span.marked && span.line === line;
      escape = range.startColumn === 1 && isEscaped(model.getLineContent(line)) ? 'found' : 'none';
    }
    if (isMark || escape === 'left') continue;
    if (escape === 'none') {
      take(range);
      continue;
    }
    // The backslash of an escape is no text, but the one behind it is.
    escape = 'left';
    const ends = everywhere.find(
      ({ startLineNumber, endLineNumber }) => startLineNumber <= line && line <= endLineNumber,
    );
    const end = ends?.endLineNumber === line ? ends.endColumn : model.getLineMaxColumn(line);
    find([new Range(line, 2, line, end)]).forEach(take);
  }
  return new Hits(Uint32Array.from(places));
}
