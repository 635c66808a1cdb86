import { useCallback, useSyncExternalStore } from 'react';
import { create } from 'zustand';
import type { ChapterController, ChapterState, TurnMenuTarget } from '../chapter/controller.ts';
import { remember, useRemembered } from './remembered.ts';

/** What is open. */
interface OpenPlace {
  readonly storyId: string;
  readonly chapterId: string | null;
}

interface Workspace {
  /** The room of the rail (`../app/rooms.tsx`) that is shown; the story of the others stays as it is. */
  readonly room: string;
  readonly place: OpenPlace | null;
  /** Another page was asked for and is not open yet: what is typed meanwhile belongs to it. */
  readonly turning: boolean;
  /** Grows when the open chapter must be read again from the studio. */
  readonly reading: number;
  readonly controller: ChapterController | null;
  readonly writer: boolean | null;
  readonly menu: { readonly target: TurnMenuTarget; readonly anchor: DOMRect } | null;
  /** A dialog about one turn, from its menu. */
  readonly turnDialog: { readonly name: 'speaker' | 'other words'; readonly turn: TurnMenuTarget } | null;
  readonly dialog:
    | 'palette'
    | 'shortcuts'
    | 'settings'
    | 'format'
    | 'activity'
    | 'export'
    | 'backups'
    | 'save copy'
    | 'good text'
    | 'repair'
    | null;
  /** What the export dialog was opened for. */
  readonly exported: { readonly storyId: string; readonly chapterId: string | null } | null;
  /** The turn whose good text is asked for. */
  readonly damagedTurn: string | null;
  /** How high the floating bar is, and what is told above it, in pixels. */
  readonly bar: number;
  readonly toasts: number;
  /** How high the banners over the page are, in pixels. */
  readonly banners: number;
  /** Panels that float over the page on a narrow window; never remembered. */
  readonly over: 'binder' | 'inspector' | null;
}

/** The room of stories, which the page begins in. */
export const STORIES = 'stories';

export const useWorkspace = create<Workspace>(() => ({
  room: STORIES,
  place: null,
  turning: true,
  reading: 0,
  controller: null,
  writer: null,
  menu: null,
  turnDialog: null,
  dialog: null,
  exported: null,
  damagedTurn: null,
  bar: 0,
  toasts: 0,
  banners: 0,
  over: null,
}));

/** Who writes a story is asked once, when it is opened: another chapter of it, or it again, leaves that as it is. */
export function openStory(storyId: string, chapterId: string | null): void {
  useWorkspace.setState(({ place, writer, controller }) => ({
    place: { storyId, chapterId },
    room: STORIES,
    turning: chapterId !== null && (place?.chapterId !== chapterId || controller?.getState().loading !== false),
    writer: place?.storyId === storyId ? writer : null,
    over: null,
  }));
  remember('story', storyId);
  if (chapterId !== null) remember(`chapter:${storyId}`, chapterId);
}

export function rememberedChapter(storyId: string): string | null {
  const value = useRemembered.getState().values?.[`chapter:${storyId}`];
  return typeof value === 'string' ? value : null;
}

const nothing = () => undefined;

/**
 * What `select` takes of the open chapter's state; null while none is open. A part is drawn again only when what it
 * takes changes: a streaming reply changes something at every word.
 */
export function useOpenChapter<T>(select: (state: ChapterState) => T): T | null {
  const controller = useWorkspace((workspace) => workspace.controller);
  const subscribe = useCallback((changed: () => void) => controller?.subscribe(changed) ?? nothing, [controller]);
  return useSyncExternalStore(subscribe, () => (controller === null ? null : select(controller.getState())));
}
