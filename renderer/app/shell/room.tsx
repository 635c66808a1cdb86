import { Suspense, type ReactElement } from 'react';
import { Fallback } from '../../ui/fallback.tsx';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { ROOMS } from '../rooms.tsx';
import css from './shell.module.css';

/** Another room, over the open story, which keeps its place, its text and its caret. */
export function Room(): ReactElement | null {
  const Page = ROOMS[useWorkspace((workspace) => workspace.room)]?.Page ?? null;
  if (Page === null) return null;
  return (
    <div className={css.room}>
      <Fallback>
        <Suspense>
          <Page />
        </Suspense>
      </Fallback>
    </div>
  );
}

export function goToRoom(room: string): void {
  useWorkspace.setState({ room, over: null });
  // What is typed next belongs to the text again.
  if (room === STORIES) requestAnimationFrame(() => useWorkspace.getState().controller?.focus());
}
