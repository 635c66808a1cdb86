import type { ChapterText } from './chapter-text.ts';
import type { ChapterView } from './chapter-view.ts';
import { spanAt } from '../../shared/document/layout.ts';
import { endOfText, type Place } from './text-source.ts';

/** A place by its turn; null: in the turn that stands ready at the end. */
export type Spot = readonly [turnId: string, offset: number] | null;

/** Where a person is in a chapter: their caret, and what stands at the top of the view. */
export interface Whereabouts {
  readonly caret: Spot;
  readonly top: Spot;
  /** Pixels of the line at the top that are above the edge. */
  readonly above: number;
}

export function whereabouts(view: ChapterView, document: ChapterText): Whereabouts {
  const { from, above } = view.sight();
  return { caret: spotOf(document, view.caret()), top: spotOf(document, from), above: Math.round(above) };
}

/** Brings a person back to where they were; where a turn is gone, to the end. */
export function comeBack(view: ChapterView, document: ChapterText, { caret, top, above }: Whereabouts): void {
  view.putCaret(placeOf(view, document, caret));
  view.look({ from: placeOf(view, document, top), above });
}

export function spotOf(document: ChapterText, place: Place): Spot {
  const { layout } = document;
  const span = spanAt(layout, Math.min(place.line, layout.lineCount));
  return span.id === document.readyTurn()?.id ? null : [span.id, document.offsetOf(span, place)];
}

/** Where the turn is gone, the end. */
export function placeOf(view: ChapterView, document: ChapterText, spot: Spot): Place {
  const span = document.spanOf(spot?.[0] ?? '');
  return spot === null || span === null
    ? endOfText(view)
    : document.placeOf(span, Math.min(spot[1], document.lengthOf(span)));
}
