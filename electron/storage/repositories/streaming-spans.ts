import { rebaseOffset } from '../../../shared/document/position.ts';
import type { WritableDB } from '../core/handle.ts';
import { all, query, run, tables } from '../core/query.ts';
import type { Edit } from './texts.ts';

const runningIn = query((p: { turnId: string }) =>
  tables
    .selectFrom('generations')
    .select(['id', 'span_offset'])
    .where('turn_id', '=', p.turnId)
    .where('ended_at', 'is', null),
);
const setSpan = query((p: { id: string; offset: number }) =>
  tables.updateTable('generations').set({ span_offset: p.offset }).where('id', '=', p.id),
);

/** Where spans stand after an edit of the text around them. */
export function rebaseSpans(db: WritableDB, turnId: string, edit: Edit): void {
  for (const { id, span_offset: from } of all(db, runningIn, { turnId })) {
    const offset = rebaseOffset(from, edit);
    if (offset !== from) run(db, setSpan, { id, offset });
  }
}
