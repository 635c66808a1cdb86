import { isEscaped, unescapeLine } from '../../../shared/document/grammar.ts';
import { textRange } from '../../../shared/document/layout.ts';
import type { ChapterText } from '../../chapter/chapter-text.ts';
import { endOfLine, type Place, type Stretch, type TextSource } from '../../chapter/text-source.ts';
import { Hits, isBefore } from './hits.ts';

/** A part of one turn's text, without marks and escapes, and where it begins on the page. */
export interface Piece {
  readonly from: Place;
  readonly text: string;
}

const later = (a: Place, b: Place): Place => (isBefore(a, b) ? b : a);

/** The texts of the turns. `within`: only so much of them. */
export function textPieces(source: TextSource, document: ChapterText, within: readonly Stretch[] | null): Piece[] {
  const pieces: Piece[] = [];
  for (const span of document.layout.spans) {
    const { first, count } = textRange(span);
    if (count === 0) continue;
    const whole = { from: { line: first, column: 1 }, to: endOfLine(source, first + count - 1) };
    for (const part of within ?? [whole]) {
      const from = later(whole.from, part.from);
      const to = isBefore(part.to, whole.to) ? part.to : whole.to;
      if (!isBefore(to, from)) pieces.push(piece(source, from, to, document.hasEscapes(span)));
    }
  }
  return pieces;
}

function piece(source: TextSource, from: Place, to: Place, hasEscapes: boolean): Piece {
  if (!hasEscapes)
    return { from, text: source.slice(source.offsetAt(from.line, from.column), source.offsetAt(to.line, to.column)) };
  const begin = from.column === 1 && isEscaped(source.line(from.line)) ? { line: from.line, column: 2 } : from;
  const lines = Array.from({ length: to.line - from.line + 1 }, (_, index) => {
    const line = from.line + index;
    const shown = source.line(line).slice(0, line === to.line ? to.column - 1 : undefined);
    return index === 0 ? shown.slice(begin.column - 1) : isEscaped(source.line(line)) ? shown.slice(1) : shown;
  });
  return { from: begin, text: lines.join('\n') };
}

/** Places in the pieces (piece, line and column from 0, of beginning and end), as places on the page. */
export function hitsIn(pieces: readonly Piece[], found: Uint32Array, source: TextSource): Hits {
  const places = new Uint32Array((found.length / 5) * 4);
  const put = (at: number, from: Place, line: number, column: number): void => {
    const shown = from.line + line;
    places[at] = shown;
    places[at + 1] =
      line === 0
        ? from.column + column
        : column + 1 + (source.line(shown).length - unescapeLine(source.line(shown)).length);
  };
  for (let hit = 0; hit < found.length / 5; hit++) {
    const [index = 0, line = 0, column = 0, endLine = 0, endColumn = 0] = found.subarray(hit * 5, hit * 5 + 5);
    const from = pieces[index]?.from ?? { line: 1, column: 1 };
    put(hit * 4, from, line, column);
    put(hit * 4 + 2, from, endLine, endColumn);
  }
  return new Hits(places);
}
