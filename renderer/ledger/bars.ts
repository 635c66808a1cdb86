import type { Role } from '../../shared/document/turn.ts';
import type { Ledger, Segment } from '../../shared/prompt/types.ts';

export type BarKind = Role | 'overhead' | 'reserve' | 'free';
export interface Bar {
  readonly kind: BarKind;
  readonly turnId: string | null;
  readonly tokens: number;
}

/** The turn that a segment can lead to. */
export const turnIdOf = ({ source }: Segment): string | null => (source.kind === 'turn' ? source.id : null);

function sent(segment: Segment): number {
  return segment.placement === 'out' ? 0 : (segment.tokens ?? 0);
}

/**
 * The context as a bar, in the order of the prompt; the lengths add up to the context size, or to more when the prompt
 * and the reply do not fit.
 */
export function barsOf(ledger: Ledger): readonly Bar[] {
  const segments = ledger.segments.map((segment): Bar => ({
    kind: segment.role,
    turnId: turnIdOf(segment),
    tokens: sent(segment),
  }));
  const free = ledger.contextSize - ledger.total - ledger.reserve;
  return [
    ...segments,
    { kind: 'overhead', turnId: null, tokens: ledger.overhead } as const,
    { kind: 'reserve', turnId: null, tokens: ledger.reserve } as const,
    { kind: 'free', turnId: null, tokens: free } as const,
  ].filter((bar) => bar.tokens > 0);
}

/** What each kind takes of the context; the legend beside the bar. */
export function sumsOf(bars: readonly Bar[]): ReadonlyMap<BarKind, number> {
  const sums = new Map<BarKind, number>();
  for (const { kind, tokens } of bars) sums.set(kind, (sums.get(kind) ?? 0) + tokens);
  return sums;
}

/** Whether head and notes leave so little that soon nothing could be written. */
export function isNarrow({ segments, room, leastRoom }: Ledger): boolean {
  return room < 2 * leastRoom && segments.some(({ reason }) => reason === 'head' || reason === 'note');
}

/** Whether anything that somebody wrote is in the prompt; without it there is nothing to send, and nothing to count. */
export function sendsText(ledger: Ledger): boolean {
  return ledger.segments.some((segment) => segment.reason !== 'empty');
}
