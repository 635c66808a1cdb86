/** What holds of every tree, and of every change of one (T1, T2). */
import type { Op, TreeTurn, TurnTree } from '../../../shared/document/turn.ts';

export function checkTree(before: TurnTree, after: TurnTree, ops: readonly Op[]): void {
  for (const turn of after.turns.values()) if (turn.tombstone === null) checkLiving(after, turn);
  if (after.activeRootId !== null) checkActive(after, null, after.activeRootId);
  const orders = [...after.turns.values()].map((turn) => turn.order);
  if (new Set(orders).size !== orders.length) throw new Error('Two turns have one order.');
  const named = new Set(ops.flatMap((op) => ('turnId' in op && op.op !== 'activate' ? [op.turnId] : [])));
  for (const [id, old] of before.turns) {
    const now = after.turns.get(id);
    if (now === undefined) throw new Error(`Turn ${id} is gone for good.`);
    if (named.has(id)) continue;
    const kept =
      now.version === old.version &&
      now.text === old.text &&
      now.role === old.role &&
      (now.tombstone === null) === (old.tombstone === null);
    if (!kept) throw new Error(`Turn ${id} changed without an op.`);
  }
}

function checkLiving(tree: TurnTree, turn: TreeTurn): void {
  if (turn.activeChildId !== null) checkActive(tree, turn.id, turn.activeChildId);
  const above = new Set([turn.id]);
  for (let parent = turn.parentId; parent !== null; parent = tree.turns.get(parent)?.parentId ?? null) {
    if (above.has(parent)) throw new Error(`Turn ${turn.id} stands above itself.`);
    above.add(parent);
    if (tree.turns.get(parent)?.tombstone !== null)
      throw new Error(`Turn ${turn.id} hangs on ${parent}, which is removed.`);
  }
}

function checkActive(tree: TurnTree, parent: string | null, id: string): void {
  const child = tree.turns.get(id);
  if (child === undefined || child.tombstone !== null || child.parentId !== parent)
    throw new Error(`${id} is shown after ${parent ?? 'the start'} and does not follow it.`);
}
