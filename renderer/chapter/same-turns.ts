import type { Layout } from '../../shared/document/layout.ts';
import type { Turn } from '../../shared/document/turn.ts';

/** Whether a turn of the page is just what the tree has. */
export function sameTurn(
  ours: Turn,
  theirs: (Omit<Turn, 'text'> & { readonly text: string | null }) | undefined,
): boolean {
  return (
    theirs !== undefined &&
    ours.id === theirs.id &&
    ours.role === theirs.role &&
    ours.speaker === theirs.speaker &&
    ours.marked === theirs.marked &&
    ours.text === theirs.text
  );
}

/** Whether two layouts show the same turns, wherever their lines are. */
export function sameTurns(before: Layout, after: Layout): boolean {
  if (before === after) return true;
  if (
    before.ids !== after.ids &&
    (before.ids.length !== after.ids.length || before.ids.some((id, index) => id !== after.ids[index]))
  )
    return false;
  return before.spans.every((span, index) => {
    const other = after.spans[index];
    return span.role === other?.role && span.speaker === other.speaker && span.marked === other.marked;
  });
}
