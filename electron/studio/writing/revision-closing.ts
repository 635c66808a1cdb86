import { closeChapter } from '../../storage/repositories/revisions.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { guarded } from '../../log/guarded.ts';

const REST_MS = 30_000;

/**
 * Closes a chapter's open revisions once nothing was changed in it for a while. Where nobody waits for it, what the
 * store does not take is tried again after the next rest: what was typed is stored without it.
 */
export interface Revisions {
  touched(chapterId: string): void;
  /** Before a reply begins: part of its transaction, and fails with it. */
  close(chapterId: string, reason: 'generation'): void;
  /** Its writer has gone. */
  left(chapterId: string): void;
  /** Nothing rests any more; what is open is closed with the store. */
  end(): void;
}

export function createRevisions(db: WritableDB, restMs = REST_MS): Revisions {
  const resting = new Map<string, NodeJS.Timeout>();
  const forget = (chapterId: string): void => {
    clearTimeout(resting.get(chapterId));
    resting.delete(chapterId);
  };
  function touched(chapterId: string): void {
    const timer = resting.get(chapterId);
    if (timer) timer.refresh();
    else
      resting.set(
        chapterId,
        setTimeout(
          guarded(() => tryToClose(chapterId, 'rest')),
          restMs,
        ).unref(),
      );
  }
  function tryToClose(chapterId: string, reason: 'rest' | 'blur'): void {
    forget(chapterId);
    try {
      closeChapter(db, chapterId, reason);
    } catch {
      touched(chapterId);
    }
  }
  return {
    touched,
    close(chapterId, reason) {
      forget(chapterId);
      closeChapter(db, chapterId, reason);
    },
    left(chapterId) {
      tryToClose(chapterId, 'blur');
    },
    end() {
      for (const chapterId of [...resting.keys()]) forget(chapterId);
    },
  };
}
