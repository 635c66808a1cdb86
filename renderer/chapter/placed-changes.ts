import type { Place, SourceChange, Stretch } from './text-source.ts';

/** A change, and where its text stands now. */
export interface PlacedChange extends SourceChange, Stretch {}

/** The changes of one event from top to bottom: each moves those behind it. */
export function placedChanges(changes: readonly SourceChange[]): PlacedChange[] {
  let lines = 0;
  let columns = 0;
  let changedLine = 0;
  return changes.toSorted(byPlace).map((change) => {
    const { range, text } = change;
    const from = {
      line: range.startLineNumber + lines,
      column: range.startColumn + (range.startLineNumber === changedLine ? columns : 0),
    };
    const to = behind(from, text);
    lines = to.line - range.endLineNumber;
    columns = to.column - range.endColumn;
    changedLine = range.endLineNumber;
    return { ...change, from, to };
  });
}

function behind({ line, column }: Place, text: string): Place {
  const lines = text.split('\n');
  const last = lines.at(-1)?.length ?? 0;
  return { line: line + lines.length - 1, column: lines.length === 1 ? column + last : 1 + last };
}

function byPlace({ range: a }: SourceChange, { range: b }: SourceChange): number {
  return a.startLineNumber - b.startLineNumber || a.startColumn - b.startColumn;
}
