import type { GenerationStats, StopReason } from '../../../shared/contract/writing.ts';
import type { Cut } from '../../../shared/prompt/types.ts';
import type { LeftOut } from '../../../shared/text/whole-sentences.ts';
import type { EffectiveSettings } from './generation-records.ts';
import type { ReadableDB } from '../core/handle.ts';
import { leftOutOf, textWhenEnded, withoutRest } from './left-out.ts';
import { all, query, tables } from '../core/query.ts';

/**
 * A reply as it was when it ended, with all that it takes to make it again. `before`: what stood in its turn already;
 * `open`: it went on from that; `cut`: where the window began.
 */
export interface StoredReply {
  readonly turnId: string;
  readonly open: boolean;
  readonly before: string;
  readonly text: string;
  readonly reason: StopReason;
  readonly cut: Cut | null;
  readonly settings: EffectiveSettings;
}

const endedIn = query((p: { turnId: string }) =>
  tables
    .selectFrom('generations')
    .selectAll()
    .where('turn_id', '=', p.turnId)
    .where('end_version', 'is not', null)
    .where('span_length', '>', 0)
    .orderBy('end_version', 'desc')
    .limit(1),
);

/** The newest reply in a turn, whatever was made of the turn since; null where no model wrote into it. */
export function lastReply(db: ReadableDB, turnId: string): StoredReply | null {
  const [row] = all(db, endedIn, { turnId });
  const turn = row ? textWhenEnded(db, row) : null;
  if (!row || turn === null) return null;
  const open = row.kind === 'continue' || row.start_offset > 0;
  return {
    turnId,
    open,
    before: open ? turn.slice(0, row.span_offset) : '',
    text: turn.slice(row.span_offset, row.span_offset + (row.span_length ?? 0)),
    reason: row.reason as StopReason,
    cut: row.cut === null ? null : (JSON.parse(row.cut) as Cut),
    settings: JSON.parse(row.settings) as EffectiveSettings,
  };
}

/**
 * How the reply ended that made this text of a turn, and what was left out of that; null where the text is another one
 * by now.
 */
export function endOfLastReply(
  db: ReadableDB,
  turnId: string,
  text: string,
): { readonly reason: StopReason; readonly tokens: number | null; readonly leftOut: LeftOut | null } | null {
  const [row] = all(db, endedIn, { turnId });
  const whole = row ? textWhenEnded(db, row) : null;
  if (!row || whole === null) return null;
  const leftOut = whole === text ? null : leftOutOf(whole, row.span_offset, row.span_length ?? 0);
  if (withoutRest(whole, leftOut) !== text) return null;
  const stats = row.stats === null ? null : (JSON.parse(row.stats) as GenerationStats);
  return { reason: row.reason as StopReason, tokens: stats?.tokens ?? null, leftOut };
}
