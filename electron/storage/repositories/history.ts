import type { Role } from '../../../shared/document/turn.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { readPatch } from './turns.ts';
import { splice } from './texts.ts';

export interface Revision {
  readonly seq: number;
  readonly version: number;
  readonly role: Role;
  readonly speaker: string | null;
  readonly length: number;
  readonly hash: string;
  readonly reason: string;
  readonly createdAt: number;
}

const revisionsOf = query((p: { turnId: string }) =>
  tables
    .selectFrom('revisions')
    .select(['seq', 'version', 'role', 'speaker', 'length', 'hash', 'reason', 'created_at as createdAt'])
    .where('turn_id', '=', p.turnId)
    .orderBy('seq', 'desc'),
);
const bodiesUpTo = query((p: { turnId: string; seq: number }) =>
  tables
    .selectFrom('revisions')
    .select(['seq', 'kind', 'body'])
    .where('turn_id', '=', p.turnId)
    .where('seq', '<=', p.seq)
    .where('seq', '>=', (e) =>
      e
        .selectFrom('revisions')
        .select((f) => f.fn.max('seq').as('full'))
        .where('turn_id', '=', p.turnId)
        .where('seq', '<=', p.seq)
        .where('kind', '=', 'full'),
    )
    .orderBy('seq'),
);

/** The closed revisions of a turn, newest first. */
export function listRevisions(db: ReadableDB, turnId: string): Revision[] {
  return all(db, revisionsOf, { turnId });
}

export function revisionText(db: ReadableDB, turnId: string, seq: number): string {
  const bodies = all(db, bodiesUpTo, { turnId, seq });
  if (bodies.at(-1)?.seq !== seq) throw failure('NO_REVISION', { turnId });
  return bodies.reduce((text, { kind, body }) => (kind === 'full' ? body : readPatch(body).reduce(splice, text)), '');
}
