/** Which of the turns that an edit took away its newly written marks go on (rule M7). */
import type { Role } from './turn.ts';

interface Heading {
  readonly role: Role;
  readonly speaker: string | null;
  readonly marked: boolean;
}

interface Known extends Heading {
  readonly id: string;
}

/** Above this many comparisons, turns are paired by their place alone. */
const MAX_CELLS = 250_000;

/**
 * An id for each written heading. Those equal in role and speaker are paired first, then those equal in role, in order;
 * what is left between two pairs goes by place where it is as many as before. All others are new.
 */
export function alignIds(taken: readonly Known[], written: readonly Heading[], newId: () => string): string[] {
  const ids: (string | undefined)[] = written.map(() => undefined);
  // Text that lost the mark above it, at the very start, is what is left of the first turn.
  const first = taken.length > 0 && written[0]?.marked === false ? 1 : 0;
  if (first === 1) ids[0] = taken[0]?.id;
  const pairs = pairUp(taken.slice(first), written.slice(first));
  for (const [from, to] of pairs) ids[to + first] = taken[from + first]?.id;
  return ids.map((id) => id ?? newId());
}

type Pair = readonly [from: number, to: number];

function pairUp(taken: readonly Heading[], written: readonly Heading[]): Pair[] {
  const limit = Math.min(taken.length, written.length);
  let head = 0;
  while (head < limit && likeness(taken[head], written[head]) === 2) head++;
  let tail = 0;
  while (tail < limit - head && likeness(taken.at(-1 - tail), written.at(-1 - tail)) === 2) tail++;
  const anchors: Pair[] = [];
  for (let index = 0; index < head; index++) anchors.push([index, index]);
  const inner = bestPairs(taken.slice(head, taken.length - tail), written.slice(head, written.length - tail));
  for (const [from, to] of inner) anchors.push([from + head, to + head]);
  for (let index = tail; index > 0; index--) anchors.push([taken.length - index, written.length - index]);
  return fillGaps(anchors, taken.length, written.length);
}

function likeness(a: Heading | undefined, b: Heading | undefined): number {
  if (a === undefined || b === undefined || a.role !== b.role) return 0;
  return a.speaker === b.speaker ? 2 : 1;
}

/** The heaviest set of pairs in order, the earliest where several are. */
function bestPairs(a: readonly Heading[], b: readonly Heading[]): Pair[] {
  if (a.length * b.length > MAX_CELLS)
    return a.slice(0, b.length).flatMap((_, at): Pair[] => (likeness(a[at], b[at]) > 0 ? [[at, at]] : []));
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number): number => best[row * width + column] ?? 0;
  const weight = (row: number, column: number): number => {
    const like = likeness(a[row], b[column]);
    return like === 0 ? -Infinity : like + at(row + 1, column + 1);
  };
  for (let row = a.length - 1; row >= 0; row--)
    for (let column = b.length - 1; column >= 0; column--)
      best[row * width + column] = Math.max(at(row + 1, column), at(row, column + 1), weight(row, column));
  const pairs: Pair[] = [];
  for (let row = 0, column = 0; row < a.length && column < b.length;) {
    if (weight(row, column) === at(row, column)) pairs.push([row++, column++]);
    else if (at(row, column + 1) === at(row, column)) column++;
    else row++;
  }
  return pairs;
}

function fillGaps(anchors: readonly Pair[], taken: number, written: number): Pair[] {
  const pairs: Pair[] = [];
  let from = 0;
  let to = 0;
  for (const [nextFrom, nextTo] of [...anchors, [taken, written] as const]) {
    if (nextFrom - from === nextTo - to) while (from < nextFrom) pairs.push([from++, to++]);
    if (nextFrom < taken || nextTo < written) pairs.push([nextFrom, nextTo]);
    from = nextFrom + 1;
    to = nextTo + 1;
  }
  return pairs;
}
