import { childrenOf } from '../../shared/document/tree.ts';
import type { TurnTree } from '../../shared/document/turn.ts';

/** A turn and those beside it that are not removed, oldest first. */
export function alternatesOf(tree: TurnTree, id: string): string[] {
  const turn = tree.turns.get(id);
  return turn === undefined ? [] : childrenOf(tree, turn.parentId).map((one) => one.id);
}
