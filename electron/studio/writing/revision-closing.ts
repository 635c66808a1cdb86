import { closeAll, closeChapter } from '../../storage/repositories/revisions.ts';
import type { WritableDB } from '../../storage/core/handle.ts';

const REST_MS = 30_000;

/** Closes a chapter's open revisions once nothing was changed in it for a while. */
export interface Revisions {
  touched(chapterId: string): void;
  close(chapterId: string, reason: 'generation' | 'blur'): void;
  closeEverything(): void;
}

export function createRevisions(db: WritableDB, restMs = REST_MS): Revisions {
  const resting = new Map<string, NodeJS.Timeout>();
  const forget = (chapterId: string): void => {
    clearTimeout(resting.get(chapterId));
    resting.delete(chapterId);
  };
  return {
    touched(chapterId) {
      const timer = resting.get(chapterId);
      if (timer) {
        timer.refresh();
        return;
      }
      resting.set(
        chapterId,
        setTimeout(() => {
          forget(chapterId);
          closeChapter(db, chapterId, 'rest');
        }, restMs).unref(),
      );
    },
    close(chapterId, reason) {
      forget(chapterId);
      closeChapter(db, chapterId, reason);
    },
    closeEverything() {
      for (const chapterId of [...resting.keys()]) forget(chapterId);
      closeAll(db, 'close');
    },
  };
}
