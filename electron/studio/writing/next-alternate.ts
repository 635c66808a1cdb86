import type { GenerationStart } from '../../../shared/contract/writing.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import type { GenerationOrder } from './generations.ts';

export interface Alternate {
  readonly order: GenerationOrder;
  readonly start: GenerationStart;
}

/** Makes the turn of the next answer to the same prompt, beside the one that was written, wherever that stands by now. Null if it was taken away. */
export function nextAlternate(db: WritableDB, written: GenerationOrder, waiting: number): Alternate | null {
  const { chapterId, sampling } = written;
  const tree = readTree(db, chapterId, { texts: 'none' });
  const before = tree.turns.get(written.turnId);
  if (!before || before.tombstone) return null;
  const [generationId, turnId] = [newId(), newId()];
  const ops: Op[] = [
    {
      op: 'insert',
      turn: { id: turnId, role: 'model', speaker: before.speaker, marked: true, text: '' },
      after: before.parentId,
      as: 'beside',
    },
  ];
  const { structureRev } = applyChange(db, { changeId: newId(), chapterId, structureRev: tree.structureRev, ops });
  const order: GenerationOrder = {
    ...written,
    id: generationId,
    turnId,
    kind: 'retry',
    offset: 0,
    waiting: waiting - 1,
    sampling: { ...sampling, seed: (sampling.seed + 1) % 2 ** 32 },
  };
  return { order, start: { generationId, turnId, offset: 0, waiting: waiting - 1, structureRev, ops } };
}
