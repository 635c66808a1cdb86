import { normalise } from '../../shared/document/grammar.ts';
import { activePath } from '../../shared/document/tree.ts';
import type { TreeTurn, Turn, TurnTree } from '../../shared/document/turn.ts';
import type { AlternatesState } from './controller.ts';

/** Living turns by parent, made once per tree. */
const families = new WeakMap<TurnTree, Map<string | null, TreeTurn[]>>();

function familyOf(tree: TurnTree): Map<string | null, TreeTurn[]> {
  const known = families.get(tree);
  if (known !== undefined) return known;
  const made = new Map<string | null, TreeTurn[]>();
  for (const turn of tree.turns.values()) {
    if (turn.tombstone !== null) continue;
    const siblings = made.get(turn.parentId);
    if (siblings === undefined) made.set(turn.parentId, [turn]);
    else siblings.push(turn);
  }
  for (const siblings of made.values()) siblings.sort((a, b) => a.order - b.order);
  families.set(tree, made);
  return made;
}

function siblingsOf(tree: TurnTree, id: string): readonly TreeTurn[] {
  const turn = tree.turns.get(id);
  return turn === undefined ? [] : (familyOf(tree).get(turn.parentId) ?? []);
}

export function alternates(tree: TurnTree, turnId: string): AlternatesState | null {
  const siblings = siblingsOf(tree, turnId);
  const index = siblings.findIndex((turn) => turn.id === turnId);
  if (index === -1) return null;
  const others = siblings.filter(({ id }) => id !== turnId);
  const more = Math.max(0, ...others.map(({ activeChildId }) => branchLength(tree, activeChildId)));
  return { turnId, number: index + 1, count: siblings.length, more };
}

/** Whether several alternates stand below a turn. */
export const isFork = (tree: TurnTree, turnId: string): boolean => (familyOf(tree).get(turnId)?.length ?? 0) > 1;

/** How many turns a branch shows, from this one on; counted once per tree. */
const lengths = new WeakMap<TurnTree, Map<string, number>>();

function branchLength(tree: TurnTree, from: string | null): number {
  const known = lengths.get(tree) ?? new Map<string, number>();
  lengths.set(tree, known);
  const branch: string[] = [];
  let id = from;
  for (; id !== null && !known.has(id); id = tree.turns.get(id)?.activeChildId ?? null) branch.push(id);
  let length = id === null ? 0 : (known.get(id) ?? 0);
  for (const turn of branch.toReversed()) known.set(turn, ++length);
  return length;
}

export function neighbour(tree: TurnTree, turnId: string, step: -1 | 1): TreeTurn | null {
  const siblings = siblingsOf(tree, turnId);
  const index = siblings.findIndex((turn) => turn.id === turnId);
  return index === -1 ? null : (siblings[index + step] ?? null);
}

export function treeOf(turns: readonly TreeTurn[], activeRootId: string | null): TurnTree {
  return { activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) };
}

export function shownPath(tree: TurnTree): TreeTurn[] {
  return activePath(tree).filter((turn) => turn.text !== null);
}

/** A turn as a page can show it (M6). */
export function contentOf({ id, role, speaker, marked, text }: TreeTurn): Turn {
  return { id, role, speaker, marked, text: normalise(text ?? '').text };
}
