import { renderParts } from '../plan/parts.ts';
import { AS_WRITTEN } from '../plan/role-words.ts';
import type { PromptFormat, PromptTurn } from '../types.ts';

/** A conversation as a chat template takes it. */
export type TemplateProbe = readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
/** What a template makes of a conversation, or why it makes nothing of it. */
export type Rendering = { readonly text: string } | { readonly refusal: string };

const turn = (id: string, role: PromptTurn['role'], text: string): PromptTurn => ({ id, role, speaker: null, text });
const NOTE = turn('note', 'system', 'The harbour lies in fog.');
const FIRST = turn('first', 'user', 'I light the lamp.');
const ANSWER = turn('answer', 'model', 'A bell answers from the water.');
const SECOND = turn('second', 'user', 'I call out.');

/** Short conversations that a template and a format are compared by; those with a note come last. */
export const PROBES: readonly { readonly noted: boolean; readonly turns: readonly PromptTurn[] }[] = [
  { noted: false, turns: [FIRST] },
  { noted: false, turns: [FIRST, ANSWER, SECOND] },
  { noted: true, turns: [NOTE, FIRST] },
  { noted: true, turns: [NOTE, FIRST, ANSWER, SECOND] },
];
export const NOTE_TEXT = NOTE.text;
/** What people are shown of a format. */
export const SAMPLE: readonly PromptTurn[] = [NOTE, FIRST, ANSWER, SECOND];

export function asMessages(turns: readonly PromptTurn[]): TemplateProbe {
  return turns.map(({ role, text }) => ({ role: role === 'model' ? 'assistant' : role, content: text }));
}

/** A conversation in a format, with the reply opened, as one string. */
export function renderText(format: PromptFormat, turns: readonly PromptTurn[]): string {
  return renderParts(format, turns, { open: false, reply: true }, AS_WRITTEN)
    .parts.map((part) => part.text)
    .join('');
}

export function withoutBos(text: string, bos: string | null): string {
  return bos !== null && text.startsWith(bos) ? text.slice(bos.length) : text;
}

/**
 * Whether a template renders as a format does, conversations without a note and those with one, or (`prefaced`) those
 * without behind words of its own; BOS is ours to put.
 */
export function agreement(
  format: PromptFormat,
  renderings: readonly Rendering[],
  bos: string | null,
): { readonly plain: boolean; readonly noted: boolean; readonly prefaced: boolean } {
  const agrees = (wanted: boolean, alike: (theirs: string, ours: string) => boolean): boolean =>
    PROBES.every(({ noted, turns }, index) => {
      const rendering = renderings[index];
      return (
        noted !== wanted ||
        (rendering !== undefined &&
          'text' in rendering &&
          alike(withoutBos(rendering.text, bos), withoutBos(renderText(format, turns), bos)))
      );
    });
  const same = (theirs: string, ours: string): boolean => theirs === ours;
  return {
    plain: agrees(false, same),
    noted: agrees(true, same),
    prefaced: agrees(false, (theirs, ours) => theirs.endsWith(ours)),
  };
}
