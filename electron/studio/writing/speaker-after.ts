import { nextSpeaker, type Member } from '../../../shared/prompt/speaker.ts';
import type { PromptTurn } from '../../../shared/prompt/types.ts';
import type { Company } from './story-cast.ts';

/** Who answers the last of these turns by what the story chose; null: nobody in particular. */
export function speakerAfter(
  { members, cast }: Pick<Company, 'members' | 'cast'>,
  turns: readonly Pick<PromptTurn, 'role' | 'speaker' | 'text'>[],
  random: () => number,
): Member | null {
  const names = new Set(members.map(({ name }) => name));
  const last = turns.findLast(({ role, text }) => role !== 'system' && text.trim() !== '');
  const member = turns.findLast(({ speaker }) => speaker !== null && names.has(speaker))?.speaker ?? null;
  return nextSpeaker(members, cast.speaks, { speaker: last?.speaker ?? null, member, text: last?.text ?? '' }, random);
}
