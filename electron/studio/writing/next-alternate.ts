import type { GenerationStart } from '../../../shared/contract/writing.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { activeAfter, livingTurn } from '../../../shared/document/draft.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { needChapter } from '../../storage/core/rows.ts';
import { storedDraft } from '../../storage/repositories/stored-turns.ts';
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
  const chapter = needChapter(db, chapterId);
  const draft = storedDraft(db, chapter);
  const before = livingTurn(draft, written.turnId);
  if (before === null) return null;
  const [generationId, turnId] = [newId(), newId()];
  const { speaker, parentId } = before;
  const turn = { id: turnId, role: 'model', speaker, marked: true, text: '' } as const;
  const ops: Op[] = [{ op: 'insert', turn, after: parentId, as: 'beside' }];
  const { structureRev } = applyChange(db, { changeId: newId(), chapterId, structureRev: chapter.structure_rev, ops });
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
    made: { shownBefore: activeAfter(draft, parentId) },
    asked: null,
    plan: () => same,
  };
  return { order, start: { generationId, turnId, offset: 0, alternatesLeft: alternatesLeft - 1, structureRev, ops } };
}
