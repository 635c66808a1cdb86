/**
 * Places in a turn's text (UTF-16 units) and in the lines that show it, where an escaped line has one backslash more
 * (M4).
 */
import { isEscaped } from './grammar.ts';

/** Both count from 1; line 1 is the first line of the turn's text, below its mark. */
export interface LinePosition {
  readonly line: number;
  readonly column: number;
}

/** The place in the text; one beyond the lines is taken to their end, one before an escape to its line's start. */
export function textOffset(line: number, column: number, lines: readonly string[]): number {
  let offset = 0;
  for (let index = 0; index < lines.length; index++) {
    const shown = lines[index] ?? '';
    const escape = isEscaped(shown) ? 1 : 0;
    const length = shown.length - escape;
    if (index === line - 1) return offset + Math.min(Math.max(column - 1 - escape, 0), length);
    if (index === lines.length - 1) return line < 1 ? 0 : offset + length;
    offset += length + 1;
  }
  return 0;
}

/**
 * The place in the lines; an offset beyond the text is taken to its end. Where there is no line yet, the place the
 * first one will have.
 */
export function linePosition(offset: number, lines: readonly string[]): LinePosition {
  let rest = Math.max(offset, 0);
  for (let index = 0; index < lines.length; index++) {
    const shown = lines[index] ?? '';
    const escape = isEscaped(shown) ? 1 : 0;
    const length = shown.length - escape;
    if (rest <= length || index === lines.length - 1)
      return { line: index + 1, column: 1 + escape + Math.min(rest, length) };
    rest -= length + 1;
  }
  return { line: 1, column: 1 };
}

/**
 * Where a place in a text stands after `del` units at `at` became `ins`: an edit that ends at or before it moves it
 * along.
 */
export function rebaseOffset(
  offset: number,
  edit: { readonly at: number; readonly del: number; readonly ins: string },
): number {
  if (edit.at + edit.del <= offset) return offset + edit.ins.length - edit.del;
  return Math.min(offset, edit.at + edit.ins.length);
}
