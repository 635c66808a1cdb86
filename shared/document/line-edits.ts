/** Edits of whole lines, from the character edits that an editor reports. */
import type { LineEdit } from './layout.ts';

/** A replaced range of the text as it was (lines and columns from 1), as Monaco reports them. */
export interface TextChange {
  readonly range: {
    readonly startLineNumber: number;
    readonly startColumn: number;
    readonly endLineNumber: number;
    readonly endColumn: number;
  };
  readonly text: string;
}

/** Changes that share lines. */
interface Group {
  readonly fromLine: number;
  toLine: number;
  /** By how many lines it grew. */
  growth: number;
  /** Whether its last line is, whole, an old one. */
  keepsLast: boolean;
}

/**
 * What `updateLayout` needs, from one event's changes (in any order, ranges in the text as it was, none overlapping)
 * and the lines as they are now. A last line that the change left as it was is not part of it, so that its turn is not
 * taken for an edited one.
 */
export function lineEditsOf(changes: readonly TextChange[], lineAt: (line: number) => string): LineEdit[] {
  const groups: Group[] = [];
  for (const { range, text } of [...changes].sort(byPlace)) {
    const { startLineNumber: fromLine, endLineNumber: toLine } = range;
    const growth = text.split(/\r\n|\r|\n/).length - 1 - (toLine - fromLine);
    const endsLine = /[\r\n]$/.test(text) && range.endColumn === 1;
    const last = groups.at(-1);
    if (last !== undefined && fromLine <= last.toLine) {
      last.toLine = toLine;
      last.growth += growth;
      last.keepsLast = endsLine;
    } else {
      const removesLines = text === '' && range.startColumn === 1 && range.endColumn === 1;
      groups.push({ fromLine, toLine, growth, keepsLast: endsLine || removesLines });
    }
  }
  let shift = 0;
  return groups.map(({ fromLine, toLine, growth, keepsLast }) => {
    const edited = toLine - fromLine + (keepsLast ? 0 : 1);
    const newLines = Array.from({ length: edited + growth }, (_, index) => lineAt(fromLine + shift + index));
    shift += growth;
    return { fromLine, toLine: fromLine + edited - 1, newLines };
  });
}

function byPlace({ range: a }: TextChange, { range: b }: TextChange): number {
  return (
    a.startLineNumber - b.startLineNumber ||
    a.startColumn - b.startColumn ||
    a.endLineNumber - b.endLineNumber ||
    a.endColumn - b.endColumn
  );
}
