import type { CutShort, GenerationStats, StopReason } from '../../../shared/contract/writing.ts';
import { activePath } from '../../../shared/document/tree.ts';
import type { TurnTree } from '../../../shared/document/turn.ts';
import type { Cut } from '../../../shared/prompt/types.ts';
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

/** The last reply of what is shown, where it was cut short and its turn has the text that it left. */
export function lastCutShort(db: ReadableDB, tree: TurnTree): CutShort | null {
  const turn = activePath(tree).findLast(({ role, text }) => role === 'model' && text !== '');
  if (turn === undefined) return null;
  const [row] = all(db, endedIn, { turnId: turn.id });
  if (row?.reason !== 'length' && row?.reason !== 'window') return null;
  const whole = textWhenEnded(db, row);
  if (whole === null) return null;
  const unfinished = leftOutOf(whole, row.span_offset, row.span_length ?? 0);
  const isLeftOut = turn.text !== whole;
  if (isLeftOut && (unfinished === null || withoutRest(whole, unfinished) !== turn.text)) return null;
  const stats = row.stats === null ? null : (JSON.parse(row.stats) as GenerationStats);
  return { turnId: turn.id, by: row.reason, tokens: stats?.tokens ?? null, unfinished, isLeftOut };
}
