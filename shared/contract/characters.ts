import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { Card, CardSpec } from '../cards/card.ts';
import type { CardContainer } from '../cards/read-card.ts';
import type { StudioFault } from '../faults/studio-fault.ts';
import { id, role } from './common.ts';
import { MOST_PIECE, MOST_TEXT } from './limits.ts';

export const characterKind = z.enum(['character', 'persona']);
export type CharacterKind = z.infer<typeof characterKind>;

export interface CharacterSummary {
  readonly id: string;
  readonly kind: CharacterKind;
  readonly name: string;
  readonly creator: string;
  readonly tags: readonly string[];
  readonly favourite: boolean;
  /** The address of its picture, below that of the page; null: it has none. */
  readonly avatar: string | null;
  /** Of a small one, which the page makes; null: not yet. */
  readonly thumbnail: string | null;
  /** When it was changed last, in milliseconds. */
  readonly modified: number;
}

/** A character as it is edited. */
export interface CharacterDocument {
  readonly summary: CharacterSummary;
  readonly card: Card;
  readonly spec: CardSpec;
  /** Null of one that was made here: it has no original file. */
  readonly container: CardContainer | null;
}

export const characterSort = z.enum(['name', 'newest']);
export type CharacterSort = z.infer<typeof characterSort>;

const most = z.number().int().min(1).max(500);
const filter = z.object({
  kind: characterKind,
  /** Words, or the beginnings of some; every one of them is in what is found. */
  search: z.string().max(200).optional(),
  tag: z.string().max(1000).nullable().optional(),
  favourites: z.boolean().optional(),
  sort: characterSort.optional(),
  from: z.number().int().min(0).optional(),
  count: most.optional(),
});
export type CharacterFilter = z.infer<typeof filter>;
export interface CharacterList {
  /** How many there are, of which `items` are shown. */
  readonly total: number;
  readonly items: readonly CharacterSummary[];
}
export interface TagCount {
  readonly tag: string;
  readonly count: number;
}

const text = z.string().max(MOST_TEXT);
const list = z.array(text).max(1000);
const depth = z.number().int().min(0).max(999);
/** What a field said when the person began, and what it says now. */
const change = z.discriminatedUnion('field', [
  z.object({
    field: z.enum([
      ...(['name', 'nickname', 'description', 'personality', 'scenario', 'firstMessage', 'exampleMessages'] as const),
      ...(['systemPrompt', 'postHistoryInstructions', 'depthPrompt', 'creatorNotes', 'creator'] as const),
      'characterVersion',
    ]),
    was: text,
    is: text,
  }),
  z.object({ field: z.enum(['alternateGreetings', 'groupOnlyGreetings', 'tags']), was: list, is: list }),
  z.object({ field: z.literal('depth'), was: depth, is: depth }),
  z.object({ field: z.literal('depthRole'), was: role, is: role }),
]);
export type CardChange = z.infer<typeof change>;

/** What came of a file: a character, and what is worth knowing of it. */
export interface ImportedCharacter {
  readonly character: CharacterSummary;
  readonly notes: readonly StudioFault[];
}
/** A file that waits at an address below that of the page, for ten minutes. */
export interface ExportedCard {
  readonly name: string;
  readonly address: string;
}

const piece = z.base64().max(MOST_PIECE * 2);

export const characters = {
  list: oc.input(filter).output(type<CharacterList>()),
  /** The tags in use, the commonest first. */
  tags: oc.input(z.object({ kind: characterKind })).output(type<readonly TagCount[]>()),
  open: oc.input(z.object({ id })).output(type<CharacterDocument>()),
  /** The same id again answers with the character that is there. */
  create: oc.input(z.object({ id, kind: characterKind, name: text })).output(type<CharacterSummary>()),
  /** All of the changes or none. One that is made already is no change; one of what is otherwise by now is refused. */
  edit: oc.input(z.object({ id, changes: z.array(change).min(1).max(50) })).output(type<CharacterSummary>()),
  favour: oc.input(z.object({ id, favourite: z.boolean() })).output(type<CharacterSummary>()),
  duplicate: oc.input(z.object({ id, copyId: id })).output(type<CharacterSummary>()),
  remove: oc.input(z.object({ id })).output(type<void>()),
  restore: oc.input(z.object({ id })).output(type<CharacterSummary>()),
  /** A piece of a file that is to be imported, behind the one before. */
  upload: oc.input(z.object({ uploadId: id, offset: z.number().int().min(0), piece })).output(type<void>()),
  /** Of a file that was uploaded; `id`: of the character that it becomes. */
  import: oc.input(z.object({ uploadId: id, id, kind: characterKind })).output(type<ImportedCharacter>()),
  /** Another picture, as PNG; null: none. */
  setAvatar: oc.input(z.object({ id, picture: piece.nullable() })).output(type<CharacterSummary>()),
  /** One that it had before, by its address; null: none. */
  revertAvatar: oc.input(z.object({ id, avatar: z.string().max(200).nullable() })).output(type<CharacterSummary>()),
  /** A small one of the picture at this address, as WebP. */
  setThumbnail: oc.input(z.object({ id, avatar: z.string(), picture: piece })).output(type<void>()),
  /** In tokens of the loaded model; null where none is. */
  count: oc.input(z.object({ texts: list })).output(type<readonly number[] | null>()),
  export: oc.input(z.object({ id, as: z.enum(['original', 'edited']) })).output(type<ExportedCard>()),
};
