import type { Place, Stretch } from '../../chapter/text-source.ts';

/** A hit is four numbers. */
const SIZE = 4;

export const isBefore = (a: Place, b: Place): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);

/** Where something was found on the page: from top to bottom, none over another. */
export class Hits {
  static readonly NONE = new Hits(new Uint32Array());
  private readonly places: Uint32Array;

  /** `places`: line and column of each beginning, then of its end. */
  constructor(places: Uint32Array) {
    this.places = places;
  }

  get count(): number {
    return this.places.length / SIZE;
  }

  at(index: number): Stretch {
    const [line = 1, column = 1, endLine = 1, endColumn = 1] = this.places.subarray(index * SIZE, (index + 1) * SIZE);
    return { from: { line, column }, to: { line: endLine, column: endColumn } };
  }

  /** The first that begins at or behind a place; `count` where there is none. */
  firstFrom(place: Place): number {
    let low = 0;
    for (let high = this.count; low < high;) {
      const middle = (low + high) >> 1;
      if (isBefore(this.at(middle).from, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The one that is just this part; null where none is. */
  indexOf({ from, to }: Stretch): number | null {
    const index = this.firstFrom(from);
    if (index === this.count) return null;
    const hit = this.at(index);
    return isBefore(from, hit.from) || isBefore(to, hit.to) || isBefore(hit.to, to) ? null : index;
  }
}
