import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault } from '../../shared/faults/failure.ts';
import { leave } from '../log/ending-threads.ts';
import { guarded, inBackground } from '../log/guarded.ts';
import { whyGone, type WritableDB } from '../storage/core/handle.ts';
import type { Log } from '../log/log.ts';

/** A library that goes is told in this time, whether or not anything is saved. */
const LOOK_MS = 1000;
/**
 * A disk is silent when it has not answered for so long, and so many looks came and went meanwhile: where only this
 * process stood still, its answer is there.
 */
const SILENT_MS = 2500;
const PATIENCE = 3;

/**
 * Looks again and again whether the store is where it was opened, and whether its disk answers. While it does not,
 * nobody asks the store or writes the log, so that the studio goes on, and says so.
 */
export function watchStore(
  { db, log }: { readonly db: WritableDB; readonly log: Log },
  tell: (fault: StudioFault | null) => void,
): { close(): void } {
  let looking: Promise<void> | null = null;
  let since = 0;
  let missed = 0;

  function setSilent(isSilent: boolean): void {
    if (db.isSilent === isSilent) return;
    db.isSilent = isSilent;
    log.hold(isSilent);
    log.warn(isSilent ? 'store.silent' : 'store.answers');
  }
  async function lookOnce(): Promise<void> {
    const found = await whyGone(db);
    looking = null;
    setSilent(false);
    tell(found);
  }
  function look(): void {
    if (looking === null) {
      [since, missed] = [performance.now(), 0];
      looking = lookOnce();
      inBackground(looking);
      return;
    }
    missed += 1;
    if (db.isSilent || missed < PATIENCE || performance.now() - since < SILENT_MS) return;
    setSilent(true);
    tell(fault('STORE_SILENT', {}));
  }

  const timer = setInterval(guarded(look), LOOK_MS);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      if (looking !== null) leave(looking);
    },
  };
}
