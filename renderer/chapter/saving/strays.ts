import { patchOf } from '../../../shared/document/diff.ts';
import { applyOps } from '../../../shared/document/tree.ts';
import type { Op, TreeTurn, TurnTree } from '../../../shared/document/turn.ts';

/** A turn in which the person wrote and which the page shows no more, as they left it, and as it was before. */
export interface Stray {
  readonly turn: TreeTurn;
  readonly before: TreeTurn | null;
}

/** The turns whose texts, roles or speakers these ops write. */
export function straysOf(ops: readonly Op[], tree: TurnTree): Stray[] {
  const ids = ops.flatMap((op) => {
    if (op.op === 'insert') return [op.turn.id];
    return op.op === 'setText' || op.op === 'setRole' || op.op === 'setSpeaker' ? [op.turnId] : [];
  });
  const { turns } = applyOps(tree, ops);
  return [...new Set(ids)].flatMap((id) => {
    const turn = turns.get(id);
    return turn === undefined ? [] : [{ turn, before: tree.turns.get(id) ?? null }];
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
    const changes = isThere ? contentOps(theirs, ours) : [];
    if (isThere && changes.length === 0) return [];
    const isLeft = !isShown(ours.id) && !others.some((op) => op.op === 'remove' && op.turnId === ours.id);
    if (isLeft && isThere && before !== null && contentOps(theirs, before).length === 0) return changes;
    const parent = known.turns.get(ours.parentId ?? '');
    const { role, speaker, marked, text } = ours;
    const turn = { id: newId(), role, speaker, marked, text: text ?? '' };
    return [{ op: 'insert', turn, after: parent?.tombstone === null ? parent.id : null, as: 'beside' }];
  });
}

function contentOps(theirs: TreeTurn, { role, speaker, marked, text }: TreeTurn): Op[] {
  const { id: turnId, version } = theirs;
  const patch = theirs.text === text ? null : patchOf(theirs.text ?? '', text ?? '');
  return [
    ...(patch === null ? [] : [{ op: 'setText' as const, turnId, version, ...patch }]),
    ...(theirs.role === role && theirs.marked === marked ? [] : [{ op: 'setRole' as const, turnId, role, marked }]),
    ...(theirs.speaker === speaker ? [] : [{ op: 'setSpeaker' as const, turnId, speaker }]),
  ];
}
