import type { EngineStatus } from '../../../shared/contract/models.ts';
import type { ChapterController, ChapterState, TurnMenuTarget } from '../../chapter/controller.ts';
import { isAway, useConnection } from '../../lib/client.ts';
import { useEngine } from '../../models/engine-status.ts';
import { useRemembered } from '../../workspace/remembered.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';

/** What a row of the library can do, which the row itself knows. */
export interface RowTarget {
  /** The story, or the chapter of it. */
  readonly of: { readonly storyId: string; readonly chapterId: string | null };
  readonly rename: () => void;
  /** Null where it cannot be removed. */
  readonly remove: (() => void) | null;
}

/** What a command acts on: the turn or row whose menu is open; otherwise the open chapter, at the caret. */
export interface Target {
  readonly turn?: TurnMenuTarget;
  readonly row?: RowTarget;
}

/** What a command's name and possibility depend on. */
export interface Moment extends Target {
  readonly controller: ChapterController | null;
  readonly page: ChapterState | null;
  readonly isReader: boolean;
  /** The room that is shown (`../rooms.tsx`). */
  readonly room: string;
  readonly storyId: string | null;
  readonly engine: EngineStatus;
  /** The studio does not answer. */
  readonly isAway: boolean;
  /** How many alternates a Retry writes. */
  readonly retries: number;
}

export function momentNow(target: Target = {}): Moment {
  const { controller: open, writer, place, room } = useWorkspace.getState();
  // In another room nothing is done to what stands below it.
  const controller = room === STORIES ? open : null;
  const retries = useRemembered.getState().values?.['retries'];
  return {
    ...target,
    controller,
    page: controller?.getState() ?? null,
    isReader: writer === false,
    room,
    storyId: place?.storyId ?? null,
    engine: useEngine.getState(),
    isAway: isAway(useConnection.getState()),
    retries: typeof retries === 'number' ? retries : 1,
  };
}

/** Calls back whenever a moment may differ from the one before. */
export function onMoment(controller: ChapterController | null, changed: () => void): () => void {
  const stops = [
    useWorkspace.subscribe(changed),
    useEngine.subscribe(changed),
    useConnection.subscribe(changed),
    useRemembered.subscribe(changed),
    controller?.subscribe(changed),
  ];
  return () => {
    for (const stop of stops) stop?.();
  };
}
