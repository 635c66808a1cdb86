import type { GenerationStart } from '../../../shared/contract/writing.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { shownAfter } from '../../../shared/document/tree.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import type { GenerationOrder, PlannedGeneration } from './generation-order.ts';

export interface Alternate {
  readonly order: GenerationOrder;
  readonly start: GenerationStart;
}

/**
 * Makes the turn of the next answer to the same prompt, beside the one that was written, wherever that stands by now.
 * Null if it was taken away.
 */
export function nextAlternate(
  db: WritableDB,
  written: GenerationOrder,
  planned: PlannedGeneration,
  alternatesLeft: number,
): Alternate | null {
  const { chapterId } = written;
  const tree = readTree(db, chapterId, { texts: 'none' });
  const before = tree.turns.get(written.turnId);
  if (!before || before.tombstone) return null;
  const [generationId, turnId] = [newId(), newId()];
  const { speaker, parentId } = before;
  const turn = { id: turnId, role: 'model', speaker, marked: true, text: '' } as const;
  const ops: Op[] = [{ op: 'insert', turn, after: parentId, as: 'beside' }];
  const { structureRev } = applyChange(db, { changeId: newId(), chapterId, structureRev: tree.structureRev, ops });
  const sampling = { ...planned.settings.sampling, seed: (planned.settings.sampling.seed + 1) % 2 ** 32 };
  const same: PlannedGeneration = {
    request: { ...planned.request, sampling },
    settings: { ...planned.settings, sampling },
    early: null,
  };
  const order: GenerationOrder = {
    ...written,
    id: generationId,
    turnId,
    kind: 'retry',
    offset: 0,
    alternatesLeft: alternatesLeft - 1,
    sampling,
    made: { shownBefore: shownAfter(tree, parentId) },
    asked: null,
    plan: () => same,
  };
  return { order, start: { generationId, turnId, offset: 0, alternatesLeft: alternatesLeft - 1, structureRev, ops } };
}
