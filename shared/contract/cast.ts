import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import { HEAD_PARTS } from '../prompt/roleplay.ts';
import { SPEAKS } from '../prompt/speaker.ts';
import { id } from './common.ts';

export const MOST_MEMBERS = 32;

const castMember = z.object({
  characterId: id,
  /** It does not speak; what its card says stays in the prompt. */
  muted: z.boolean(),
  talkativeness: z.number().min(0).max(1),
});
export type CastMember = z.infer<typeof castMember>;

/** `names`: when the prompt says who speaks; `order`: the parts of the head that are sent, in their order. */
export const storyCast = z.object({
  personaId: id.nullable(),
  members: z.array(castMember).max(MOST_MEMBERS),
  names: z.enum(['suggested', 'never', 'groups', 'always']),
  speaks: z.enum(SPEAKS),
  order: z.array(z.enum(HEAD_PARTS)).max(HEAD_PARTS.length),
});
export type StoryCast = z.infer<typeof storyCast>;

/** A character as a story shows it: deleted ones stay readable where they are used. */
export interface CastPerson {
  readonly id: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly isRemoved: boolean;
}
export interface CastView extends StoryCast {
  /** Its characters and its persona, as they are now. */
  readonly people: readonly CastPerson[];
}

export const cast = {
  /** At once, and whenever it or one of its characters is another. Fails with NO_STORY. */
  watch: oc.input(z.object({ storyId: id })).output(eventIterator(type<CastView>())),
  set: oc.input(z.object({ storyId: id, cast: storyCast })).output(type<void>()),
  /** Who would answer a turn (null: the path's end), by what the story chose; `model` asks the model. */
  next: oc.input(z.object({ chapterId: id, turnId: id.nullable() })).output(type<{ characterId: string | null }>()),
  /**
   * A story with these characters, the first greeting as its first turn and the others as its alternates. The same id
   * again answers with the story that is there.
   */
  start: oc
    .input(
      z.object({
        storyId: id,
        chapterId: id,
        characterIds: z.array(id).min(1).max(MOST_MEMBERS),
        personaId: id.nullable(),
      }),
    )
    .output(type<{ storyId: string; chapterId: string }>()),
};
