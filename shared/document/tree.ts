/** The tree of a chapter's turns: what is shown of it, and what a change makes of it (rules T1 to T8). */
import { applyOp, closeDraft, openDraft } from './draft.ts';
import type { Op, TreeTurn, TurnTree } from './turn.ts';

export const EMPTY_TREE: TurnTree = { activeRootId: null, turns: new Map() };

/**
 * The tree after the ops, in order and as one. Throws a fault at the first that does not fit; the given tree is never
 * changed.
 */
export function applyOps(tree: TurnTree, ops: readonly Op[]): TurnTree {
  if (ops.length === 0) return tree;
  const draft = openDraft(tree);
  for (const op of ops) applyOp(draft, op);
  return closeDraft(draft);
}

/** The turns that the manuscript shows, first to last. */
export function activePath(tree: TurnTree): TreeTurn[] {
  const path: TreeTurn[] = [];
  let id = tree.activeRootId;
  while (id !== null) {
    const turn = tree.turns.get(id);
    if (turn === undefined) break;
    path.push(turn);
    id = turn.activeChildId;
  }
  return path;
}

/** The turn that is shown after a turn (null: at the chapter's start). */
export function shownAfter(tree: TurnTree, id: string | null): string | null {
  return id === null ? tree.activeRootId : (tree.turns.get(id)?.activeChildId ?? null);
}

/** The living turns that follow a turn (null: those that begin the chapter), oldest first. */
export function childrenOf(tree: TurnTree, id: string | null): TreeTurn[] {
  const children: TreeTurn[] = [];
  for (const turn of tree.turns.values()) if (turn.parentId === id && turn.tombstone === null) children.push(turn);
  return children.sort((a, b) => a.order - b.order);
}
