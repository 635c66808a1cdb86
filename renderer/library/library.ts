import { useQuery } from '@tanstack/react-query';
import type { ChapterSummary, RemovedItem, StorySummary } from '../../shared/contract/stories.ts';
import { newId } from '../../shared/document/ids.ts';
import { queryClient } from '../ui/query-client.ts';
import { useRemembered } from '../workspace/remembered.ts';
import { openStory, rememberedChapter, STORIES, useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { api, queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { toast, toastFault } from '../ui/toasts.tsx';

/** What nobody has named, and nothing is written in. */
const called = <T extends { readonly title: string }>(item: T): T =>
  item.title === '' ? { ...item, title: words.library.untitled } : item;
const allCalled = <T extends { readonly title: string }>(items: readonly T[]): readonly T[] => items.map(called);

export function useStories(): readonly StorySummary[] | undefined {
  return useQuery({ ...queries.stories.list.queryOptions(), select: allCalled<StorySummary> }).data;
}

export function useChapters(storyId: string | null): readonly ChapterSummary[] | undefined {
  return useQuery({
    ...queries.chapters.list.queryOptions({ input: { storyId: storyId ?? '' } }),
    enabled: storyId !== null,
  }).data;
}

/** The words of each chapter, as the page of the open one counts them at this moment. */
export function useWordCounts(chapters: readonly ChapterSummary[]): ReadonlyMap<string, number> {
  const chapterId = useWorkspace((workspace) => workspace.place?.chapterId ?? null);
  const live = useOpenChapter((chapter) => (chapter.loading ? null : chapter.words));
  return new Map(chapters.map(({ id, words }) => [id, id === chapterId ? (live ?? words) : words]));
}

export function useRemovedCount(): number {
  return useQuery(queries.stories.removedCount.queryOptions()).data ?? 0;
}

/** The list is asked for while it is shown. */
export function useRemoved(shown: boolean): readonly RemovedItem[] {
  return (
    useQuery({ ...queries.stories.removed.queryOptions(), select: allCalled<RemovedItem>, enabled: shown }).data ?? []
  );
}

/** As far as is known; 0 where nothing is. */
export function countChapters(storyId: string): number {
  return queryClient.getQueryData(queries.chapters.list.queryKey({ input: { storyId } }))?.length ?? 0;
}

/** The studio's lists may have changed. */
export async function refreshLibrary(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: queries.stories.key() }),
    queryClient.invalidateQueries({ queryKey: queries.chapters.list.key() }),
  ]);
}

const place = () => useWorkspace.getState().place;

/** Asks for another page. */
async function turn(work: () => Promise<void>): Promise<void> {
  useWorkspace.setState({ turning: true });
  try {
    await work();
  } catch (error) {
    useWorkspace.setState({ turning: false });
    toastFault(error);
  }
}

/** Opens a story where its writer was last. */
export const goToStory = (story: StorySummary): Promise<void> =>
  turn(async () => {
    // A query would end with what shows its answer, such as a story that is left.
    const chapters = await api.chapters.list({ storyId: story.id });
    const last = rememberedChapter(story.id) ?? story.lastChapterId;
    const chapter = chapters.find((one) => one.id === last) ?? chapters[0];
    openStory(story.id, chapter?.id ?? null);
  });

const attempt = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    toastFault(error);
  }
  await refreshLibrary();
};
const attemptToTurn = async (work: () => Promise<void>): Promise<void> => {
  await turn(work);
  await refreshLibrary();
};

const undo = (work: () => Promise<void>) => ({ label: words.common.undo, run: () => void attempt(work) });

const openAnother = async (): Promise<void> => {
  const stories = await queryClient.fetchQuery({ ...queries.stories.list.queryOptions(), staleTime: 0 });
  if (stories[0] === undefined) useWorkspace.setState({ place: null, turning: false });
  else await goToStory(stories[0]);
};

const restoreTurn = async (turnId: string, chapterId: string): Promise<void> => {
  const { controller } = useWorkspace.getState();
  const here = place()?.chapterId === chapterId;
  if (here) await controller?.flush();
  const { structureRev } = await api.chapters.open({ id: chapterId });
  await api.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops: [{ op: 'restore', turnId }] });
  if (here) useWorkspace.setState((workspace) => ({ reading: workspace.reading + 1, turning: true }));
};

/**
 * Everything that changes the library. A deletion acts at once and can be undone for ten seconds, and later from
 * *Recently deleted*.
 */
export const library = {
  createStory: () =>
    attemptToTurn(async () => {
      const [id, chapterId] = [newId(), newId()];
      await api.stories.create({ id, title: null, chapterId, turnId: newId() });
      await refreshLibrary();
      openStory(id, chapterId);
    }),
  /** A roleplay with a character, as the persona of last time, or as the only one there is. */
  startChat: (characterId: string) =>
    attemptToTurn(async () => {
      const [storyId, chapterId] = [newId(), newId()];
      const { items, total } = await api.characters.list({ kind: 'persona', count: 500 });
      const last = items.find(({ id }) => id === useRemembered.getState().values?.['persona']);
      const persona = last ?? (total === 1 ? items[0] : undefined);
      await api.cast.start({ storyId, chapterId, characterIds: [characterId], personaId: persona?.id ?? null });
      await refreshLibrary();
      useWorkspace.setState({ room: STORIES });
      openStory(storyId, chapterId);
    }),
  createChapter: (storyId: string) =>
    attemptToTurn(async () => {
      const id = newId();
      const before = await api.chapters.list({ storyId });
      await api.chapters.create({
        id,
        storyId,
        title: words.library.chapterTitle(before.length + 1),
        turnId: newId(),
      });
      await refreshLibrary();
      openStory(storyId, id);
    }),
  renameStory: (id: string, title: string) => attempt(() => api.stories.rename({ id, title })),
  renameChapter: (id: string, title: string) => attempt(() => api.chapters.rename({ id, title })),
  removeStory: (story: StorySummary) => {
    const open = place()?.storyId === story.id;
    return (open ? attemptToTurn : attempt)(async () => {
      if (open) await useWorkspace.getState().controller?.flush();
      await api.stories.remove({ id: story.id });
      toast(words.library.removedStory(story.title), {
        action: undo(async () => {
          await api.stories.restore({ id: story.id });
          if (open) await goToStory(story);
        }),
      });
      if (open) await openAnother();
    });
  },
  removeChapter: (chapter: ChapterSummary) => {
    const open = place()?.chapterId === chapter.id;
    return (open ? attemptToTurn : attempt)(async () => {
      if (open) await useWorkspace.getState().controller?.flush();
      await api.chapters.remove({ id: chapter.id });
      toast(words.library.removedChapter(chapter.title), {
        action: undo(async () => {
          await api.chapters.restore({ id: chapter.id });
          if (open) openStory(chapter.storyId, chapter.id);
        }),
      });
      if (!open) return;
      const rest = await queryClient.fetchQuery({
        ...queries.chapters.list.queryOptions({ input: { storyId: chapter.storyId } }),
        staleTime: 0,
      });
      openStory(chapter.storyId, rest[0]?.id ?? null);
    });
  },
  removeOpenStory: async (storyId: string) => {
    const story = (await api.stories.list()).find(({ id }) => id === storyId);
    if (story !== undefined) await library.removeStory(called(story));
  },
  removeOpenChapter: async (storyId: string) => {
    const chapter = (await api.chapters.list({ storyId })).find(({ id }) => id === place()?.chapterId);
    if (chapter !== undefined) await library.removeChapter(chapter);
  },
  restore: (item: RemovedItem) =>
    attempt(async () => {
      if (item.kind === 'story') await api.stories.restore({ id: item.id });
      else if (item.kind === 'chapter') await api.chapters.restore({ id: item.id });
      else if (item.chapterId !== null) await restoreTurn(item.id, item.chapterId);
      toast(words.library.restored(item.title));
    }),
};
