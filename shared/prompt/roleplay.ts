import type { Role } from '../document/turn.ts';
import type { Field, HeadText, PromptFormat, PromptNote, WritesNames } from './types.ts';

/** Of the card of a character that is in a story, what its prompt is made of. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  /** Empty: it has none. */
  readonly nickname: string;
  readonly description: string;
  readonly personality: string;
  readonly scenario: string;
  readonly exampleMessages: string;
  readonly systemPrompt: string;
  readonly postHistoryInstructions: string;
  readonly depthPrompt: string;
  readonly depth: number;
  readonly depthRole: Role;
}

/** The parts of the head in their order when nobody chose another one; `opening`: the system turns that lead. */
export const HEAD_PARTS = [
  'system',
  'opening',
  'persona',
  'description',
  'personality',
  'scenario',
  'memory',
  'example',
] as const;
export type HeadPart = (typeof HEAD_PARTS)[number];

export interface Staging {
  readonly cast: readonly Actor[];
  readonly persona: Pick<Actor, 'id' | 'name' | 'nickname' | 'description'> | null;
  /** Who answers; null where nobody in particular does. */
  readonly speaker: Actor | null;
  /** What `{{user}}` and `{{char}}` mean where the story has no persona, and no cast. */
  readonly user: string;
  readonly char: string;
  readonly memory: string;
  readonly authorsNote: Pick<PromptNote, 'text' | 'depth' | 'role'>;
  readonly postHistory: string;
  /** Parts that are not in it are switched off. */
  readonly order: readonly HeadPart[];
  /** Resolves the macros of a text (F19), which is known by its id. */
  readonly resolve: (
    id: string,
    text: string,
    values: ReadonlyMap<string, string>,
  ) => { readonly text: string; readonly hasClock?: boolean };
}

/** What a story with a cast is sent with where no card says otherwise. */
const SYSTEM = 'This is a roleplay. Write the words and deeds of {{char}}, never those of {{user}}.';
const EXAMPLE = 'An example of how {{char}} speaks:\n';
/** Those of a card that come after so many are one. */
const MOST_EXAMPLES = 100;

type Named = Pick<Actor, 'id' | 'name' | 'nickname'>;

/** As it stands in the story and in the prompt: one line. Empty: the card has none. */
export const nameOf = ({ name, nickname }: Pick<Actor, 'name' | 'nickname'>): string =>
  (nickname.trim() || name).replace(/\s+/g, ' ').trim();

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** Whether a story writes who speaks in front of what they say (F15). */
export function writesNames(
  chosen: WritesNames | 'suggested',
  { names = 'groups', reasoning }: PromptFormat,
  members: number,
): boolean {
  if (members === 0) return false;
  // What a model thinks first stands in front of any name.
  const when = chosen === 'suggested' ? (reasoning === undefined ? names : 'never') : chosen;
  return when === 'always' || (when === 'groups' && members > 1);
}

/** What a story tells its model beside its turns, of its notes, its cast and its persona (W20 to W23). */
export function stage(staging: Staging): { readonly head: readonly HeadText[]; readonly notes: readonly PromptNote[] } {
  const { cast, persona, speaker, order, resolve } = staging;
  const names = cast.map(nameOf);
  const user = persona === null ? staging.user : nameOf(persona);
  const common: [string, string][] = [
    ['user', user],
    ['group', names.join(', ')],
  ];
  const valuesOf = (char: string, more: readonly [string, string][] = []): Map<string, string> =>
    new Map([...common, ['char', char], ...more]);
  const all = valuesOf(cast.length === 0 ? staging.char : listed(names));
  const now = speaker === null ? all : valuesOf(nameOf(speaker));

  const say = (field: Field, text: string, values: ReadonlyMap<string, string>, actor?: Named, part = '') => {
    const id = actor === undefined ? field : `${field} ${actor.id}${part}`;
    return { id, field, ...(actor === undefined ? {} : { of: nameOf(actor) }), ...resolve(id, text, values) };
  };
  const textsOf = (actor: Actor): Map<string, string> => {
    const values = valuesOf(nameOf(actor));
    const put = (['description', 'personality', 'scenario'] as const).map((field): [string, string] => [
      field,
      resolve(`${field} ${actor.id}`, actor[field], values).text,
    ]);
    const told = persona === null ? '' : resolve(`persona ${persona.id}`, persona.description, values).text;
    return valuesOf(nameOf(actor), [...put, ['persona', told]]);
  };
  const system = (): Omit<HeadText, 'place'>[] => {
    const [only] = cast.length === 1 ? cast : [];
    const ours = cast.length === 0 ? [] : [say('system', SYSTEM, all)];
    if (only !== undefined) {
      if (only.systemPrompt.trim() === '') return ours;
      const values = new Map([...textsOf(only), ['original', resolve('system', SYSTEM, all).text]]);
      return [say('system', only.systemPrompt, values, only)];
    }
    const own = (actor: Actor) =>
      say('system', actor.systemPrompt, new Map([...textsOf(actor), ['original', '']]), actor);
    return [...ours, ...cast.map(own)];
  };
  /** A text says whom it is about. */
  const about = (who: 'char' | 'user', name: string, text: string): string =>
    text.trim() === '' || text.includes(name) || new RegExp(`\\{\\{\\s*${who}\\s*\\}\\}|<${who}>`, 'i').test(text)
      ? text
      : `{{${who}}}: ${text}`;
  const ofEach = (field: 'description' | 'personality' | 'scenario', framed: (text: string, name: string) => string) =>
    cast.map((actor) => {
      const text = actor[field].trim() === '' ? '' : framed(actor[field], nameOf(actor));
      return say(field, text, textsOf(actor), actor);
    });
  const parts: Record<HeadPart, () => Omit<HeadText, 'place'>[]> = {
    system,
    opening: () => [],
    persona: () => (persona === null ? [] : [say('persona', about('user', user, persona.description), all, persona)]),
    description: () => ofEach('description', (text, name) => (cast.length > 1 ? about('char', name, text) : text)),
    personality: () => ofEach('personality', (text) => `{{char}}’s personality: ${text}`),
    scenario: () => ofEach('scenario', (text) => `Scenario: ${text}`).filter(isNew),
    memory: () => [say('memory', staging.memory, all)],
    example: () =>
      cast.flatMap((actor) =>
        blocksOf(actor.exampleMessages).map((block, index) =>
          say('example', EXAMPLE + block, textsOf(actor), actor, ` ${String(index)}`),
        ),
      ),
  };
  const opening = order.indexOf('opening');
  const head = order.flatMap((part, index) =>
    parts[part]().map((text): HeadText => ({
      ...text,
      place: part === 'example' ? 'example' : index < opening ? 'front' : 'behind',
    })),
  );

  const { text, depth, role } = staging.authorsNote;
  const postHistory = (): Omit<PromptNote, 'depth' | 'role'> => {
    if (speaker === null || speaker.postHistoryInstructions.trim() === '')
      return say('postHistory', staging.postHistory, now);
    const original = resolve('postHistory', staging.postHistory, now).text;
    const values = new Map([...textsOf(speaker), ['original', original]]);
    return say('postHistory', speaker.postHistoryInstructions, values, speaker);
  };
  const notes: PromptNote[] = [
    ...(speaker === null
      ? []
      : [
          {
            ...say('depthPrompt', speaker.depthPrompt, textsOf(speaker), speaker),
            depth: speaker.depth,
            role: speaker.depthRole,
          },
        ]),
    { ...say('authorsNote', text, now), depth, role },
    { ...postHistory(), depth: 0, role: 'system' },
  ];
  return { head: said(head), notes: said(notes) };
}

/** What says something, without the space around it. */
const said = <T extends { readonly text: string }>(texts: readonly T[]): T[] =>
  texts.map((one) => ({ ...one, text: one.text.trim() })).filter(({ text }) => text !== '');
/** A scenario that several cards share stands once. */
const isNew = <T extends { readonly text: string }>({ text }: T, index: number, all: readonly T[]): boolean =>
  all.findIndex((other) => other.text === text) === index;

/** The blocks of a card's example messages, each behind a `<START>`. */
function blocksOf(text: string): string[] {
  const blocks = text
    .split(/<START>/i)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  if (blocks.length <= MOST_EXAMPLES) return blocks;
  return [...blocks.slice(0, MOST_EXAMPLES - 1), blocks.slice(MOST_EXAMPLES - 1).join('\n\n')];
}
