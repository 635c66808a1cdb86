import { isUnmarked, parse } from '../../shared/document/grammar.ts';
import type { TurnContent } from '../../shared/document/turn.ts';

/** What the page shows, as it is to be stored: without the ready turn. */
export function shown(text: string): TurnContent[] {
  const turns = parse(text);
  const last = turns.at(-1);
  const ready = last?.role === 'user' && last.speaker === null && last.text === '' && turns.at(-2)?.role === 'model';
  return ready ? turns.slice(0, -1) : turns;
}

/** All that a reader sees of a turn: page and store may not differ in it. */
export const bare = (
  {
    role,
    speaker,
    marked,
    text,
  }: { role: TurnContent['role']; speaker: string | null; marked: boolean; text: string | null },
  index: number,
) => ({ role, speaker, marked: !isUnmarked({ role, speaker, marked }, index), text });
