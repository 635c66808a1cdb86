import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { appendJournal } from '../../storage/repositories/generation-records.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { guarded } from '../../log/guarded.ts';

const JOURNAL_MS = 200;
const AGAIN_MS = 500;

/**
 * The text of a reply on its way into the store, gathered for a moment. What the store does not take stays here, in its
 * order, and is tried again.
 */
export interface Journal {
  /** What it is written with goes before its text. */
  begin(record: () => void): void;
  /** `seq`: of the text, in its stream. */
  add(seq: number, text: string): void;
  /** Throws where the store takes nothing. */
  flush(): void;
  /** Nothing of what came is missing in the store. */
  isWhole(): boolean;
  /** Nothing is tried any more. */
  close(): void;
}

/** `tell` hears of every write of its own: what kept it from the store, or null. */
export function createJournal(
  db: WritableDB,
  generationId: string,
  tell: (fault: StudioFault | null) => void,
): Journal {
  let record: (() => void) | null = null;
  let unwritten = '';
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    record?.();
    record = null;
    if (unwritten !== '') appendJournal(db, generationId, last, unwritten);
    unwritten = '';
  }
  function tryToFlush(): void {
    try {
      flush();
      tell(null);
    } catch (error) {
      tell(faultOf(error));
      soon(AGAIN_MS);
    }
  }
  function soon(ms: number): void {
    timer ??= setTimeout(guarded(tryToFlush), ms);
  }

  return {
    begin(next) {
      record = next;
      tryToFlush();
    },
    add(seq, text) {
      unwritten += text;
      last = seq;
      soon(JOURNAL_MS);
    },
    flush,
    isWhole: () => unwritten === '',
    close() {
      clearTimeout(timer);
    },
  };
}
