import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { TreeTurn } from '../document/turn.ts';
import { id, title } from './common.ts';
import type { CutShort, RunningGeneration } from './writing.ts';

export interface StorySummary {
  readonly id: string;
  /** Of a story that nobody has named its first words; empty where nothing is written. */
  readonly title: string;
  readonly words: number;
  readonly updatedAt: number;
  readonly lastChapterId: string | null;
}
export interface ChapterSummary {
  readonly id: string;
  readonly storyId: string;
  readonly title: string;
  readonly words: number;
  readonly position: number;
}
export interface RemovedItem {
  readonly kind: 'story' | 'chapter' | 'turn';
  readonly id: string;
  readonly title: string;
  readonly storyId: string;
  readonly chapterId: string | null;
  readonly removedAt: number;
}

/**
 * A chapter as the manuscript needs it: every turn's place in the tree (removed ones too), texts of the active path
 * only.
 */
export interface ChapterDocument {
  readonly chapter: ChapterSummary;
  readonly structureRev: number;
  readonly activeRootId: string | null;
  readonly turns: readonly TreeTurn[];
  /** A generation that is running in this chapter. Its span is not part of the turn's text here. */
  readonly generation: RunningGeneration | null;
  /** The last reply of what is shown, where it was cut short and nothing has become of it since. */
  readonly cutShort: CutShort | null;
  /** Turns that are shown and whose text is not the one that was saved. */
  readonly damaged: readonly string[];
}

/** Something in the chapter is otherwise than before: its turns, what of them is shown, or what is written into one. */
export interface ChapterNews {
  readonly changed: true;
}

export const stories = {
  list: oc.output(type<StorySummary[]>()),
  create: oc.input(z.object({ id, title: title.nullable(), chapterId: id, turnId: id })).output(type<StorySummary>()),
  rename: oc.input(z.object({ id, title })).output(type<void>()),
  remove: oc.input(z.object({ id })).output(type<void>()),
  restore: oc.input(z.object({ id })).output(type<void>()),
  removed: oc.output(type<RemovedItem[]>()),
  removedCount: oc.output(type<number>()),
};

export const chapters = {
  list: oc.input(z.object({ storyId: id })).output(type<ChapterSummary[]>()),
  create: oc.input(z.object({ id, storyId: id, title, turnId: id })).output(type<ChapterSummary>()),
  rename: oc.input(z.object({ id, title })).output(type<void>()),
  remove: oc.input(z.object({ id })).output(type<void>()),
  restore: oc.input(z.object({ id })).output(type<void>()),
  /** `texts`: turns whose texts are asked for beside those that are shown. */
  open: oc.input(z.object({ id, texts: z.array(id).max(100_000).optional() })).output(type<ChapterDocument>()),
  /** At once, and whenever the chapter has changed. */
  watch: oc.input(z.object({ id })).output(eventIterator(type<ChapterNews>())),
};
