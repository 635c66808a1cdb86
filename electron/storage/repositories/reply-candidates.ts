import { crc32 } from 'node:zlib';
import type { ReadableDB, WritableDB } from '../core/handle.ts';
import { all, query, run, tables } from '../core/query.ts';
import type { CandidatesRow } from '../core/schema.ts';

const insertRecord = query((p: CandidatesRow) =>
  tables.insertInto('candidates').values({ generation_id: p.generation_id, record: p.record, checksum: p.checksum }),
);
const joined = () =>
  tables
    .selectFrom('candidates')
    .innerJoin('generations', 'generations.id', 'candidates.generation_id')
    .select([
      'generations.id as generationId',
      'generations.turn_id as turnId',
      'generations.span_offset as offset',
      'candidates.record',
      'candidates.checksum',
    ]);
const ofGeneration = query((p: { id: string }) => joined().where('generations.id', '=', p.id));
const ofTurn = query((p: { id: string }) =>
  joined().where('generations.turn_id', '=', p.id).orderBy('generations.started_at').orderBy('generations.id'),
);

/** `offset`: where in the turn the reply began when it ended. */
export interface StoredCandidates {
  readonly generationId: string;
  readonly turnId: string;
  readonly offset: number;
  readonly record: Uint8Array;
}

export function saveCandidates(db: WritableDB, generationId: string, record: Uint8Array): void {
  run(db, insertRecord, { generation_id: generationId, record, checksum: crc32(record) });
}

/**
 * The records of one reply, or of all that were written into a turn, oldest first. Those that were damaged on disk
 * are left out: the text does not need them.
 */
export function listCandidates(
  db: ReadableDB,
  of: { readonly generationId: string } | { readonly turnId: string },
): StoredCandidates[] {
  const rows =
    'generationId' in of ? all(db, ofGeneration, { id: of.generationId }) : all(db, ofTurn, { id: of.turnId });
  return rows
    .filter(areWhole)
    .map(({ generationId, turnId, offset, record }) => ({ generationId, turnId, offset, record }));
}

export function areWhole({ record, checksum }: Pick<CandidatesRow, 'record' | 'checksum'>): boolean {
  return crc32(record) === checksum;
}
