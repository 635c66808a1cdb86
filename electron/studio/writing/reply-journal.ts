import { appendJournal } from '../../storage/repositories/generation-records.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { guarded } from '../../log/guarded.ts';

const JOURNAL_MS = 200;

/** The text of a reply on its way into the store, gathered for a moment. */
export interface Journal {
  /** `seq`: of the text, in its stream. */
  add(seq: number, text: string): void;
  flush(): void;
  /** Nothing of what came is missing in the store. */
  isWhole(): boolean;
}

/** `storing` hears of what cannot be stored, where nobody waits for it. */
export function createJournal(db: WritableDB, generationId: string, storing: (act: () => void) => void): Journal {
  let unwritten = '';
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (unwritten === '') return;
    appendJournal(db, generationId, last, unwritten);
    unwritten = '';
  };
  return {
    add(seq, text) {
      unwritten += text;
      last = seq;
      timer ??= setTimeout(
        guarded(() => storing(flush)),
        JOURNAL_MS,
      );
    },
    flush,
    isWhole: () => unwritten === '',
  };
}
