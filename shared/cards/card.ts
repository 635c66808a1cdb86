import type { Role } from '../document/turn.ts';
import { memberOf, readJson, valueAt, withValue, type JsonNode } from './json-document.ts';

/** The version of a card: V1 is flat, the others keep all under `data`. */
export type CardSpec = 'v1' | 'v2' | 'v3';

/** Where each field of a card stands, below its `data`. */
const TEXTS = {
  name: ['name'],
  nickname: ['nickname'],
  description: ['description'],
  personality: ['personality'],
  scenario: ['scenario'],
  firstMessage: ['first_mes'],
  exampleMessages: ['mes_example'],
  systemPrompt: ['system_prompt'],
  postHistoryInstructions: ['post_history_instructions'],
  depthPrompt: ['extensions', 'depth_prompt', 'prompt'],
  creatorNotes: ['creator_notes'],
  creator: ['creator'],
  characterVersion: ['character_version'],
} as const;
const LISTS = {
  alternateGreetings: ['alternate_greetings'],
  groupOnlyGreetings: ['group_only_greetings'],
  tags: ['tags'],
} as const;
const DEPTH = ['extensions', 'depth_prompt', 'depth'];
const DEPTH_ROLE = ['extensions', 'depth_prompt', 'role'];

export type CardText = keyof typeof TEXTS;
export type CardList = keyof typeof LISTS;
export const CARD_TEXTS = Object.keys(TEXTS) as readonly CardText[];
export const CARD_LISTS = Object.keys(LISTS) as readonly CardList[];

/** Something that a card brings with it: a picture, a sound. `uri` as it stands in the card. */
interface CardAsset {
  readonly type: string;
  readonly name: string;
  readonly uri: string;
  readonly ext: string;
}

/**
 * A card as it is used, in the shape of V3: every field is there, and of its type. What stands in the card itself stays
 * as it came.
 */
export type Card = { readonly [F in CardText]: string } & { readonly [F in CardList]: readonly string[] } & {
  /** The depth prompt stands so many turns before the end. */
  readonly depth: number;
  readonly depthRole: Role;
  /** 0–1; null where the card says nothing. */
  readonly talkativeness: number | null;
  /** Of the lorebook in the card, which is kept and not used yet. */
  readonly bookEntries: number;
  readonly assets: readonly CardAsset[];
};

/** What a person can change in a card. */
export type CardFields = Pick<Card, CardText | CardList | 'depth' | 'depthRole'>;
export type CardEdit = Partial<CardFields>;

const dataOf = (spec: CardSpec): readonly string[] => (spec === 'v1' ? [] : ['data']);

/** The version of a document; null where it is no card. */
export function specOf(root: JsonNode): CardSpec | null {
  const spec = textOf(memberOf(root, 'spec')?.value);
  const data = memberOf(root, 'data')?.value;
  if (data?.kind === 'object' && looksLikeCard(data)) return spec.toLowerCase() === 'chara_card_v3' ? 'v3' : 'v2';
  return looksLikeCard(root) ? 'v1' : null;
}

const looksLikeCard = (node: JsonNode): boolean =>
  ['name', 'description', 'personality', 'first_mes'].some((key) => memberOf(node, key) !== undefined);

/** The version that a card says of itself, such as 3.1; NaN where it says none. */
export const statedVersion = (root: JsonNode): number =>
  Number.parseFloat(textOf(memberOf(root, 'spec_version')?.value));

/** Reads a card's text, which `readJson` takes. */
export function viewCard(text: string, spec: CardSpec): Card {
  return viewOf(readJson(text), spec);
}

export function viewOf(root: JsonNode, spec: CardSpec): Card {
  const data = valueAt(root, dataOf(spec));
  const at = (path: readonly string[]): JsonNode | undefined => valueAt(data, path);
  const texts = Object.fromEntries(CARD_TEXTS.map((field) => [field, textOf(at(TEXTS[field]))]));
  const lists = Object.fromEntries(CARD_LISTS.map((field) => [field, listOf(at(LISTS[field]), field === 'tags')]));
  const talkativeness = numberOf(at(['extensions', 'talkativeness']));
  return {
    ...(texts as Record<CardText, string>),
    ...(lists as Record<CardList, readonly string[]>),
    depth: Math.min(999, Math.max(0, Math.round(numberOf(at(DEPTH)) ?? DEFAULT_DEPTH))),
    depthRole: roleOf(at(DEPTH_ROLE)),
    talkativeness: talkativeness === null ? null : Math.min(1, Math.max(0, talkativeness)),
    bookEntries: entriesOf(at(['character_book', 'entries'])),
    assets: assetsOf(at(['assets'])),
  };
}

const DEFAULT_DEPTH = 4;

/** What stands where a text should: a number as it is written, of a list its texts, of nothing nothing. */
function textOf(node: JsonNode | undefined): string {
  if (node?.kind === 'text') return node.value.toWellFormed();
  if (node?.kind === 'plain') return node.written === 'null' ? '' : node.written;
  return node?.kind === 'list' ? node.items.map(textOf).join('\n') : '';
}

function listOf(node: JsonNode | undefined, separated: boolean): readonly string[] {
  if (node?.kind === 'list') return node.items.map(textOf);
  const text = textOf(node);
  const items = separated ? text.split(',').map((item) => item.trim()) : [text];
  return items.filter((item) => item !== '');
}

function numberOf(node: JsonNode | undefined): number | null {
  const text = textOf(node).trim();
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? null : value;
}

const ROLES: Readonly<Record<string, Role>> = {
  user: 'user',
  '1': 'user',
  assistant: 'model',
  model: 'model',
  '2': 'model',
};
const roleOf = (node: JsonNode | undefined): Role => ROLES[textOf(node).toLowerCase()] ?? 'system';

function entriesOf(node: JsonNode | undefined): number {
  if (node?.kind === 'list') return node.items.length;
  return node?.kind === 'object' ? node.members.length : 0;
}

const assetsOf = (node: JsonNode | undefined): readonly CardAsset[] =>
  node?.kind !== 'list'
    ? []
    : node.items
        .filter((item) => item.kind === 'object')
        .map((item) => ({
          type: textOf(valueAt(item, ['type'])),
          name: textOf(valueAt(item, ['name'])),
          uri: textOf(valueAt(item, ['uri'])),
          ext: textOf(valueAt(item, ['ext'])),
        }));

const WRITTEN_ROLES: Readonly<Record<Role, string>> = { system: 'system', user: 'user', model: 'assistant' };

/**
 * A card's text with other values in the fields that differ, and, where something did, the time of it (`seconds`) in a
 * card of V3. Everything else stays as it stands.
 */
export function withEdit(text: string, spec: CardSpec, edit: CardEdit, seconds: number): string {
  const changed = withFields(text, spec, edit);
  if (changed === text || spec !== 'v3') return changed;
  return withValue(changed, ['data', 'modification_date'], String(seconds));
}

/** The same without the time. */
export function withFields(text: string, spec: CardSpec, edit: CardEdit): string {
  const before = viewCard(text, spec);
  let changed = text;
  const set = (path: readonly string[], value: unknown): void => {
    changed = withValue(changed, [...dataOf(spec), ...path], JSON.stringify(value));
  };
  for (const field of CARD_TEXTS) {
    const value = edit[field]?.toWellFormed();
    if (value !== undefined && value !== before[field]) set(TEXTS[field], value);
  }
  for (const field of CARD_LISTS) {
    const value = edit[field]?.map((item) => item.toWellFormed());
    if (value !== undefined && !isSame(value, before[field])) set(LISTS[field], value);
  }
  if (edit.depth !== undefined && edit.depth !== before.depth) set(DEPTH, edit.depth);
  if (edit.depthRole !== undefined && edit.depthRole !== before.depthRole)
    set(DEPTH_ROLE, WRITTEN_ROLES[edit.depthRole]);
  return changed;
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((item, at) => item === other[at]);

/** What a person can change, of a view. */
export function fieldsOf(card: Card): CardFields {
  const { talkativeness: _, bookEntries: __, assets: ___, ...fields } = card;
  return fields;
}

/** A new card of V3 with a name and all fields that it has to have. */
export const emptyCard = (name: string, seconds: number): string =>
  JSON.stringify({
    spec: 'chara_card_v3',
    spec_version: '3.0',
    data: {
      name: name.toWellFormed(),
      description: '',
      personality: '',
      scenario: '',
      first_mes: '',
      mes_example: '',
      creator_notes: '',
      system_prompt: '',
      post_history_instructions: '',
      alternate_greetings: [],
      group_only_greetings: [],
      tags: [],
      creator: '',
      character_version: '',
      extensions: {},
      creation_date: seconds,
      modification_date: seconds,
    },
  });
