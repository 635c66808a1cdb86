import { lazy, type ComponentType, type ReactNode } from 'react';
import type { ChapterSession } from '../chapter/chapter-session.ts';
import type { FindAsk, TurnMenuTarget } from '../chapter/controller.ts';
import { whenOpen } from '../lib/client.ts';
import type { words } from '../locales/index.ts';
import { remember, useText } from '../workspace/remembered.ts';
import { useWorkspace } from '../workspace/workspace.ts';

/** What a view of a story gets; each takes what it needs. */
export interface ViewProps {
  readonly session: ChapterSession;
  readonly title: string;
  readonly showMarks: boolean;
  readonly plainInput: boolean;
  /** So much of the foot and of the top is covered, in pixels. */
  readonly foot: number;
  readonly top: number;
  /** What can be done with the text, for a view that has a place for it. */
  readonly bar: ReactNode;
  readonly onTurnMenu: (target: TurnMenuTarget, anchor: DOMRect) => void;
  readonly onRename: (title: string) => void;
  readonly onFind: (ask: FindAsk) => void;
  readonly onReply: () => void;
}

export type ViewId = keyof typeof words.shell.view;

interface StoryView {
  readonly id: ViewId;
  /** What can be done with the text floats over it; else it has a place in the view. */
  readonly bar: 'floats' | 'inside';
  readonly Component: ComponentType<ViewProps>;
}

/** A chunk of the program, again if the studio was away. */
async function fetchChunk<T>(load: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await whenOpen();
    }
  }
}

function view(id: ViewId, bar: StoryView['bar'], load: () => Promise<ComponentType<ViewProps>>): StoryView {
  return { id, bar, Component: lazy(async () => ({ default: await fetchChunk(load) })) };
}

/** The views of a story, in the order of the title row and of their keys. */
export const VIEWS: readonly StoryView[] = [
  view('manuscript', 'floats', async () => (await import('../manuscript/manuscript.tsx')).Manuscript),
  view('chat', 'inside', async () => (await import('../chat/chat.tsx')).Chat),
];

/** The editor, whose text every view shows, is most of the program: it is fetched while the story is. */
export const fetchedText = fetchChunk(() => import('../manuscript/manuscript-text.ts'));

/** The view in which a story is shown. */
export function useView(storyId: string): StoryView {
  const id = useText(`view:${storyId}`);
  return VIEWS.find((one) => one.id === id) ?? (VIEWS[0] as StoryView);
}

/** The open story is shown in this view from now on. */
export function showStoryIn(id: ViewId): void {
  const { place } = useWorkspace.getState();
  if (place !== null) remember(`view:${place.storyId}`, id);
}
