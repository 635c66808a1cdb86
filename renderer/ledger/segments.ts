import type { Role } from '../../shared/document/turn.ts';
import type { Ledger, LedgerEntry } from '../../shared/prompt/types.ts';

export type SegmentKind = Role | 'overhead' | 'reserve' | 'free';
export interface Segment { readonly kind: SegmentKind; readonly turnId: string | null; readonly tokens: number }

function sent(entry: LedgerEntry): number {
  return entry.placement === 'out' ? 0 : (entry.tokens ?? 0);
}

/** The context as a bar, in the order of the prompt; the lengths add up to the context size, or to more when the prompt and the reply do not fit. */
export function segmentsOf(ledger: Ledger): readonly Segment[] {
  const turns = ledger.entries.map((entry): Segment => ({ kind: entry.role, turnId: entry.turnId, tokens: sent(entry) }));
  const free = ledger.contextSize - ledger.total - ledger.reserve;
  return [
    ...turns,
    { kind: 'overhead', turnId: null, tokens: ledger.overhead } as const,
    { kind: 'reserve', turnId: null, tokens: ledger.reserve } as const,
    { kind: 'free', turnId: null, tokens: free } as const,
  ].filter((segment) => segment.tokens > 0);
}

/** What each kind takes of the context; the legend beside the bar. */
export function sumsOf(segments: readonly Segment[]): ReadonlyMap<SegmentKind, number> {
  const sums = new Map<SegmentKind, number>();
  for (const { kind, tokens } of segments) sums.set(kind, (sums.get(kind) ?? 0) + tokens);
  return sums;
}

/** Whether anything that somebody wrote is in the prompt; without it there is nothing to send, and nothing to count. */
export function sendsText(ledger: Ledger): boolean {
  return ledger.entries.some((entry) => entry.reason !== 'empty');
}
