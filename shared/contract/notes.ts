import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import { id, role } from './common.ts';

/**
 * What a story tells its model beside its turns: `memory` in the head, the author's note at a depth, and what stands
 * behind the last turn.
 */
export const NOTE_KINDS = ['memory', 'authorsNote', 'postHistory'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

export const LONGEST_NOTE = 100_000;
export const DEEPEST_NOTE = 1000;

/** `once`: with the next reply only, and with others in its place. `depth`: of the author's note alone. */
export const noteContent = z.object({
  text: z.string().max(LONGEST_NOTE),
  depth: z.number().int().min(0).max(DEEPEST_NOTE),
  role,
  sends: z.enum(['always', 'once', 'never']),
});
export type NoteContent = z.infer<typeof noteContent>;

export interface StoryNote extends NoteContent {
  readonly kind: NoteKind;
  /** What is sent once was. */
  readonly isSent: boolean;
  readonly version: number;
}

export const notes = {
  /**
   * All of them, in their order, at once and whenever one is another; one that was never written is empty. Fails with
   * NO_STORY.
   */
  watch: oc.input(z.object({ storyId: id })).output(eventIterator(type<readonly StoryNote[]>())),
  /** `version`: that which was read. Fails with NOTE_CHANGED where another one is stored by now, with other words. */
  set: oc
    .input(z.object({ storyId: id, kind: z.enum(NOTE_KINDS), content: noteContent, version: z.number().int().min(0) }))
    .output(type<StoryNote>()),
};
