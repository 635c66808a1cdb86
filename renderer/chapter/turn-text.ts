import { turnText } from '../../shared/document/grammar.ts';
import { textRange, type TurnSpan } from '../../shared/document/layout.ts';
import { linePosition, textOffset } from '../../shared/document/position.ts';
import type { Place, TextSource } from './text-source.ts';

/** Length of a turn's text as it stands on the page, escapes included. */
function shownLength(source: TextSource, span: TurnSpan): number {
  const { first, count } = textRange(span);
  if (count === 0) return 0;
  const last = first + count - 1;
  return source.offsetAt(last, source.line(last).length + 1) - source.offsetAt(first, 1);
}

function linesOf(source: TextSource, span: TurnSpan): string[] {
  const { first, count } = textRange(span);
  return Array.from({ length: count }, (_, index) => source.line(first + index));
}

/**
 * Where a place of the page is in its turn's text. `plain`: the turn has no escaped line, so that nothing need be read.
 */
export function offsetInTurn(source: TextSource, span: TurnSpan, place: Place, plain: boolean): number {
  const { first, count } = textRange(span);
  if (count === 0 || place.line < first) return 0;
  if (plain) return source.offsetAt(place.line, place.column) - source.offsetAt(first, 1);
  return textOffset(place.line - first + 1, place.column, linesOf(source, span));
}

/** The place on the page of an offset in a turn's text. */
export function placeInTurn(source: TextSource, span: TurnSpan, offset: number, plain: boolean): Place {
  const { first, count } = textRange(span);
  if (count === 0) return { line: span.line, column: source.line(span.line).length + 1 };
  if (plain) return source.placeAt(source.offsetAt(first, 1) + Math.min(offset, shownLength(source, span)));
  const { line, column } = linePosition(offset, linesOf(source, span));
  return { line: first + line - 1, column };
}

export function turnLength(source: TextSource, span: TurnSpan, plain: boolean): number {
  return plain ? shownLength(source, span) : turnText(linesOf(source, span)).length;
}

export function readTurn(source: TextSource, span: TurnSpan, plain: boolean): string {
  if (!plain) return turnText(linesOf(source, span));
  const { first, count } = textRange(span);
  if (count === 0) return '';
  const from = source.offsetAt(first, 1);
  return source.slice(from, from + shownLength(source, span));
}
