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

/** Where a place is after these changes: one that ends at or before it moves it along. */
export function movedBy(place: Place, changes: readonly SourceChange[]): Place {
  let moved = place;
  for (const { range, to } of placedChanges(changes)) {
    if (isBefore(place, { line: range.startLineNumber, column: range.startColumn })) break;
    const lines = Math.max(0, place.line - range.endLineNumber);
    const isInside = isBefore(place, { line: range.endLineNumber, column: range.endColumn });
    if (isInside) moved = to;
    else if (lines > 0) moved = { line: to.line + lines, column: place.column };
    else moved = { line: to.line, column: to.column + place.column - range.endColumn };
  }
  return moved;
}

const isBefore = (a: Place, b: Place): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);

function behind({ line, column }: Place, text: string): Place {
  const lines = text.split('\n');
  const last = lines.at(-1)?.length ?? 0;
  return { line: line + lines.length - 1, column: lines.length === 1 ? column + last : 1 + last };
}

function byPlace({ range: a }: SourceChange, { range: b }: SourceChange): number {
  return a.startLineNumber - b.startLineNumber || a.startColumn - b.startColumn;
}
