import type {
  ChapterDocument,
  ChapterNews,
  ChapterSummary,
  RemovedItem,
  StorySummary,
} from '../../../shared/contract/stories.ts';
import { activePath } from '../../../shared/document/tree.ts';
import {
  createChapter,
  getChapter,
  listChapters,
  removeChapter,
  renameChapter,
  restoreChapter,
} from '../../storage/repositories/chapters.ts';
import { lastCutShort } from '../../storage/repositories/last-reply.ts';
import { countRemoved, removedItems } from '../../storage/repositories/removed.ts';
import {
  createStory,
  listStories,
  removeStory,
  renameStory,
  restoreStory,
} from '../../storage/repositories/stories.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import type { StudioContext } from '../context.ts';
import type { ChapterWatchers } from '../writing/chapter-watchers.ts';
import type { Generations } from '../writing/generations.ts';

export interface Stories {
  list(): StorySummary[];
  create(story: { id: string; title: string | null; chapterId: string; turnId: string }): StorySummary;
  rename(id: string, title: string): void;
  remove(id: string): Promise<void>;
  restore(id: string): void;
  removed(): RemovedItem[];
  removedCount(): number;
}

/** `forget`: what is kept of a chapter beside the store goes with it. */
export function createStories(
  { db }: StudioContext,
  generations: Generations,
  forget: (chapterId: string) => Promise<void>,
): Stories {
  return {
    list: () => listStories(db),
    create: (story) => createStory(db, story),
    rename: (id, title) => {
      renameStory(db, id, title);
    },
    async remove(id) {
      await generations.stopIn((one) => one.storyId === id);
      const chapters = listChapters(db, id);
      removeStory(db, id);
      for (const chapter of chapters) await forget(chapter.id);
    },
    restore: (id) => {
      restoreStory(db, id);
    },
    removed: () => removedItems(db),
    removedCount: () => countRemoved(db),
  };
}

export interface Chapters {
  list(storyId: string): ChapterSummary[];
  create(chapter: { id: string; storyId: string; title: string; turnId: string }): ChapterSummary;
  rename(id: string, title: string): void;
  remove(id: string): Promise<void>;
  restore(id: string): void;
  open(id: string, texts?: readonly string[]): ChapterDocument;
  watch(id: string, signal?: AbortSignal): AsyncGenerator<ChapterNews, void>;
}

export function createChapters(
  { db }: StudioContext,
  generations: Generations,
  {
    onOpen,
    forget,
    watchers,
  }: {
    onOpen(chapterId: string): void;
    forget(chapterId: string): Promise<void>;
    readonly watchers: ChapterWatchers;
  },
): Chapters {
  return {
    list: (storyId) => listChapters(db, storyId),
    create: (chapter) => createChapter(db, chapter),
    rename: (id, title) => {
      renameChapter(db, id, title);
    },
    async remove(id) {
      await generations.stopIn((one) => one.chapterId === id);
      removeChapter(db, id);
      await forget(id);
    },
    restore: (id) => {
      restoreChapter(db, id);
    },
    open(id, texts) {
      const chapter = getChapter(db, id);
      const tree = readTree(db, id, { texts: 'path', also: texts });
      onOpen(id);
      return {
        chapter,
        structureRev: tree.structureRev,
        activeRootId: tree.activeRootId,
        turns: [...tree.turns.values()],
        generation: generations.runningIn(id),
        cutShort: lastCutShort(db, tree),
        damaged: activePath(tree).flatMap((turn) => (db.damagedTurns.has(turn.id) ? [turn.id] : [])),
      };
    },
    watch: (id, signal) => watchers.watch(id, signal),
  };
}
