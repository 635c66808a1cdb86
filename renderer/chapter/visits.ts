import type { TreeTurn, TurnTree } from '../../shared/document/turn.ts';
import type { KeptText } from './chapter-view.ts';

/** What stays of a chapter that was left: its text with all that can be undone, and what was known of its turns. */
export interface Visit {
  readonly text: KeptText;
  readonly tree: TurnTree;
}

const MOST = 20;
/** By chapter, the one that was left last at the end. */
const visits = new Map<string, Visit>();

export function keepVisit(chapterId: string, visit: Visit): void {
  takeVisit(chapterId)?.text.dispose();
  visits.set(chapterId, visit);
  for (const id of [...visits.keys()].slice(0, -MOST)) takeVisit(id)?.text.dispose();
}

export function takeVisit(chapterId: string): Visit | null {
  const visit = visits.get(chapterId) ?? null;
  visits.delete(chapterId);
  return visit;
}

/** Turns whose texts have become others under the same version: those that were repaired. */
const renewed = new Set<string>();

/** From now on the texts of these turns are asked for, not remembered. */
export function forgetTexts(ids: readonly string[]): void {
  for (const id of ids) renewed.add(id);
}

/** The turns of a chapter that is read again, with the texts that are still as they were. */
export function recall(turns: readonly TreeTurn[], { tree }: Visit): readonly TreeTurn[] {
  return turns.map((turn) => {
    const held = tree.turns.get(turn.id);
    return turn.text === null && held?.version === turn.version && !renewed.has(turn.id)
      ? { ...turn, text: held.text }
      : turn;
  });
}

/** The turns that an undo can bring back, but that are not known as the store has them: it could not be saved. */
export function unknownTurns(chapterId: string, turns: readonly TreeTurn[]): string[] {
  const visit = visits.get(chapterId);
  if (visit === undefined) return [];
  const unknown = new Set(recall(turns, visit).flatMap(({ id, text }) => (text === null ? [id] : [])));
  return unknown.size === 0
    ? []
    : [...new Set([...new Set(visit.text.past.values())].flat())].filter((id) => unknown.has(id));
}
