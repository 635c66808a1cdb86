import { renderParts } from '../plan/parts.ts';
import { AS_WRITTEN } from '../plan/role-words.ts';
import type { PromptFormat, PromptTurn } from '../types.ts';

/** A conversation as a chat template takes it. */
export type TemplateProbe = readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
/** What a template makes of a conversation (`date`: where it tells one, as it does), or why it makes nothing of it. */
export type Rendering = { readonly text: string; readonly date?: string } | { readonly refusal: string };

const turn = (id: string, role: PromptTurn['role'], text: string): PromptTurn => ({ id, role, speaker: null, text });
const NOTE = turn('note', 'system', 'The harbour lies in fog.');
const FIRST = turn('first', 'user', 'I light the lamp.');
const ANSWER = turn('answer', 'model', 'A bell answers from the water.');
const SECOND = turn('second', 'user', 'I call out.');
const REPLY = turn('reply', 'model', 'Nobody calls back, but oars are heard.');
const THIRD = turn('third', 'user', 'I wait.');

/** A conversation that a template and a format are compared by; where the note stands in it. */
export interface Probe {
  readonly note: 'none' | 'first' | 'later';
  readonly turns: readonly PromptTurn[];
}

const ROUNDS = [[FIRST], [FIRST, ANSWER, SECOND], [FIRST, ANSWER, SECOND, REPLY, THIRD]] as const;

/** One, two and three rounds without a note and behind one, and a note between two rounds. */
export const PROBES: readonly Probe[] = [
  ...ROUNDS.map((turns) => ({ note: 'none' as const, turns })),
  ...ROUNDS.map((turns) => ({ note: 'first' as const, turns: [NOTE, ...turns] })),
  { note: 'later', turns: [FIRST, ANSWER, NOTE, SECOND] },
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

/** Whether a template writes several rounds as they were said. */
export function rendersTurns(renderings: readonly Rendering[]): boolean {
  return PROBES.some(({ turns }, index) => {
    const rendering = renderings[index];
    return (
      turns.length > 2 &&
      rendering !== undefined &&
      'text' in rendering &&
      turns.every(({ text }) => rendering.text.includes(text))
    );
  });
}

type Likeness = 'alike' | 'unlike' | 'refused';

/**
 * Whether a template renders as a format does, each probe by itself. BOS is ours to put, and where a template opens
 * less of the reply than the format, the format opens the rest.
 */
function likeness(format: PromptFormat, renderings: readonly Rendering[], bos: string | null): Likeness[] {
  return PROBES.map(({ turns }, index) => {
    const rendering = renderings[index];
    if (rendering === undefined || 'refusal' in rendering) return 'refused';
    const theirs = withoutBos(rendering.text, bos);
    const ours = withoutBos(renderText(format, turns), bos);
    return ours.startsWith(theirs) && format.opensReply.endsWith(ours.slice(theirs.length)) ? 'alike' : 'unlike';
  });
}

/** Which conversations a template renders as a format does; `differs`: it renders others, and otherwise. */
export interface Agreement {
  readonly plain: boolean;
  readonly noted: boolean;
  readonly differs: boolean;
}

export function agreement(format: PromptFormat, renderings: readonly Rendering[], bos: string | null): Agreement {
  const found = likeness(format, renderings, bos);
  const of = (note: Probe['note']): Likeness[] => found.filter((_, index) => PROBES[index]?.note === note);
  const isAlike = (one: Likeness): boolean => one === 'alike';
  return {
    plain: of('none').every(isAlike),
    noted: of('first').every(isAlike),
    differs: [...of('none'), ...of('first')].includes('unlike'),
  };
}
