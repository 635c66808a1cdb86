import { create } from 'zustand';
import type { ChapterController } from '../chapter/controller.ts';
import { api } from '../lib/client.ts';
import { toastFault } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';

/** How many turns of the cast are still to come. */
export const useTalk = create<{ left: number }>(() => ({ left: 0 }));

/** One of the cast answers what stands at the end of the page. */
export async function answerAs(characterId: string): Promise<void> {
  await useWorkspace.getState().controller?.answerAs(characterId);
}

/** So many of the cast speak, one after the other, until somebody stops them, one of them fails, or the page turns. */
export async function letThemTalk(turns: number): Promise<void> {
  const { controller, place } = useWorkspace.getState();
  if (controller === null || place === null || place.chapterId === null) return;
  useTalk.setState({ left: turns });
  try {
    while (useTalk.getState().left > 0 && useWorkspace.getState().controller === controller) {
      const { characterId } = await api.cast.next({ chapterId: place.chapterId, turnId: null });
      if (characterId === null) return;
      const before = controller.getState().lastGeneration;
      await controller.answerAs(characterId);
      await whenWritten(controller);
      const ended = controller.getState().lastGeneration;
      if (ended === before || ended === null || ended.fault !== null || ended.reason === 'stopped') return;
      useTalk.setState(({ left }) => ({ left: Math.max(0, left - 1) }));
    }
  } catch (error) {
    toastFault(error);
  } finally {
    useTalk.setState({ left: 0 });
  }
}

/** Resolves when nothing is being written on the page any more. */
function whenWritten(controller: ChapterController): Promise<void> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const { generation, save } = controller.getState();
      const isOpen = useWorkspace.getState().controller === controller;
      return !isOpen || (generation === null && save !== 'saving');
    };
    if (look()) {
      resolve();
      return;
    }
    const stops = [controller.subscribe(changed), useWorkspace.subscribe(changed)];
    function changed(): void {
      if (!look()) return;
      for (const stop of stops) stop();
      resolve();
    }
  });
}
