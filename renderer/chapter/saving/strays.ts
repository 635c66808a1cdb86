import { patchOf } from '../../../shared/document/diff.ts';
import { applyOps } from '../../../shared/document/tree.ts';
import type { Op, TreeTurn, TurnTree } from '../../../shared/document/turn.ts';

/** A turn in which the person wrote and which the page shows no more, as they left it, and its text before. */
export interface Stray {
  readonly turn: TreeTurn;
  readonly before: string | null;
}

/** The turns whose texts these ops write. */
export function straysOf(ops: readonly Op[], tree: TurnTree): Stray[] {
  const ids = ops.flatMap((op) => (op.op === 'setText' ? [op.turnId] : op.op === 'insert' ? [op.turn.id] : []));
  const { turns } = applyOps(tree, ops);
  return [...new Set(ids)].flatMap((id) => {
    const turn = turns.get(id);
    return turn === undefined ? [] : [{ turn, before: tree.turns.get(id)?.text ?? null }];
  });
}

interface Around {
  readonly isShown: (turnId: string) => boolean;
  readonly newId: () => string;
}

/**
 * The ops that bring strays into the store: into their turn as it was found; where that is another one by now, is shown
 * again or about to be removed by the `others`, as an alternate. What is shown stays.
 */
export function keep(
  strays: readonly Stray[],
  known: TurnTree,
  others: readonly Op[],
  { isShown, newId }: Around,
): Op[] {
  return strays.flatMap(({ turn: ours, before }): Op[] => {
    const theirs = known.turns.get(ours.id);
    const isThere = theirs !== undefined && theirs.tombstone === null;
    const patch = patchOf(theirs?.text ?? '', ours.text ?? '');
    if (isThere && patch === null) return [];
    const isLeft = !isShown(ours.id) && !others.some((op) => op.op === 'remove' && op.turnId === ours.id);
    if (isLeft && isThere && theirs.text === before && patch !== null)
      return [{ op: 'setText', turnId: ours.id, version: theirs.version, ...patch }];
    const parent = known.turns.get(ours.parentId ?? '');
    const { role, speaker, marked, text } = ours;
    const turn = { id: newId(), role, speaker, marked, text: text ?? '' };
    return [{ op: 'insert', turn, after: parent?.tombstone === null ? parent.id : null, as: 'beside' }];
  });
}
