import type { TextChange } from '../../shared/document/line-edits.ts';

/**
 * The text of the page as the document reads it: lines and columns from 1, offsets in UTF-16 units from 0. Monaco's
 * model is one.
 */
export interface TextSource {
  lineCount(): number;
  line(line: number): string;
  /** All lines at once, which costs less than one by one. */
  allLines(): readonly string[];
  offsetAt(line: number, column: number): number;
  placeAt(offset: number): Place;
  slice(from: number, to: number): string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Stretch {
  readonly from: Place;
  readonly to: Place;
}

/** `rangeLength`: so many units were replaced. */
export interface SourceChange extends TextChange {
  readonly rangeLength: number;
}

/** One event of the editor. `version` is equal for equal states of one undo history; `rewound`: how, where it was. */
export interface PageChange {
  readonly changes: readonly SourceChange[];
  readonly version: number;
  readonly rewound: 'undo' | 'redo' | null;
}

export function endOfLine(source: TextSource, line: number): Place {
  return { line, column: source.line(line).length + 1 };
}

export function endOfText(source: TextSource): Place {
  return endOfLine(source, source.lineCount());
}
