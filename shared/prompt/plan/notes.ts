import type { HeadText, PlanRequest, PromptNote, PromptTurn } from '../types.ts';

/** A note, rendered like a turn, and the turn of the body that it stands before; their number: behind the last. */
export interface PlacedNote {
  readonly turn: PromptTurn;
  readonly before: number;
}

/**
 * Notes in the order of the prompt (W13). A turn that is continued belongs to the reply: depths are counted from before
 * it.
 */
export function placeNotes(request: PlanRequest, turns: number, open: boolean): PlacedNote[] {
  const end = turns - (open ? 1 : 0);
  return sentNotes(request)
    .map((note) => ({ turn: asTurn(note), before: Math.max(0, end - note.depth) }))
    .toSorted((a, b) => a.before - b.before);
}

/** The head in the order of the prompt, as one system turn (W17, W18), and the examples, which may leave it (W19). */
export function placeHead(
  request: PlanRequest,
  leading: readonly PromptTurn[],
): Record<'head' | 'examples', PromptTurn[]> {
  const texts = (request.head ?? []).filter((text) => !isBlank(text));
  const at = (place: HeadText['place']) =>
    texts
      .filter((text) => text.place === place)
      .map((text) => ({ ...asTurn({ ...text, role: 'system' }), joins: true }));
  const [first, ...rest] = leading;
  const front = at('front');
  const head = [
    ...front,
    ...(first ? [front.length > 0 ? { ...first, joins: true } : first] : []),
    ...rest,
    ...at('behind'),
  ];
  return { head, examples: at('example') };
}

export const isBlank = ({ text }: { readonly text: string }): boolean => text.trim() === '';

const sentNotes = (request: PlanRequest): PromptNote[] => (request.notes ?? []).filter((note) => !isBlank(note));
const asTurn = ({ id, role, text }: Pick<PromptNote, 'id' | 'role' | 'text'>): PromptTurn => ({
  id,
  role,
  speaker: null,
  text,
});
