import type { Segment } from '../../shared/prompt/types.ts';

/** Entries that are shown as one line until somebody opens it. */
export interface Fold {
  readonly kind: 'older' | 'earlier';
  readonly segments: readonly Segment[];
}
export type Row = Segment | Fold;

/** So many of the newest turns stand for themselves. */
const NEWEST = 6;

export const isFold = (row: Row): row is Fold => 'segments' in row;

const isOlder = ({ placement, reason }: Segment): boolean => placement === 'out' && reason === 'older';
const isRecent = ({ placement, reason }: Segment): boolean => placement === 'in' && reason === 'recent';

/**
 * The entries of the ledger: turns that are out by their age are one line, and so are those in the window before the
 * newest.
 */
export function rowsOf(segments: readonly Segment[]): readonly Row[] {
  const newest = new Set(segments.filter(isRecent).slice(-NEWEST));
  const kindOf = (segment: Segment): Fold['kind'] | null =>
    isOlder(segment) ? 'older' : isRecent(segment) && !newest.has(segment) ? 'earlier' : null;
  const rows: Row[] = [];
  for (let at = 0; at < segments.length;) {
    const [first] = segments.slice(at, at + 1);
    if (first === undefined) break;
    const kind = kindOf(first);
    let end = at + 1;
    while (kind !== null && end < segments.length && kindOf(segments[end] ?? first) === kind) end++;
    if (kind === null || end - at < 2) rows.push(...segments.slice(at, end));
    else rows.push({ kind, segments: segments.slice(at, end) });
    at = end;
  }
  return rows;
}

/** What a fold takes together; `isAll`: each of its turns has been counted. */
export function tokensOf({ segments }: Fold): { readonly tokens: number; readonly isAll: boolean } {
  return {
    tokens: segments.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
    isAll: segments.every(({ tokens }) => tokens !== null),
  };
}
