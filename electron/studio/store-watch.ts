import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault } from '../../shared/faults/failure.ts';
import { leave } from '../log/ending-threads.ts';
import { guarded, inBackground } from '../log/guarded.ts';
import { whyGone, type WritableDB } from '../storage/core/handle.ts';
import type { Log } from '../log/log.ts';
import { probeDisk } from './disk-probe.ts';

/** A library that goes is told in this time, whether or not anything is saved. */
const LOOK_MS = 1000;
/**
 * A disk is silent when it has not answered for so long, and so many looks came and went meanwhile: where only this
 * process stood still, its answer is there.
 */
const SILENT_MS = 2500;
const PATIENCE = 3;

/**
 * Looks again and again whether the store is where it was opened, and whether its disk answers; the disk is also asked
 * before everybody who uses the store or writes the log. While it does not answer nobody is let through, so that the
 * studio goes on, and says so.
 */
export function watchStore(
  { db, log }: { readonly db: WritableDB; readonly log: Log },
  tell: (fault: StudioFault | null) => void,
): { close(): void } {
  const probe = probeDisk(db.sqlite.name);
  let isSilent = false;
  let looking: Promise<void> | null = null;
  let since = 0;
  let missed = 0;
  let isOver = false;

  const answers = (): boolean => !isSilent && probe.answers();
  db.answers = answers;
  const writeLog = log.askFirst(answers);

  function setSilent(now: boolean): void {
    if (isSilent === now) return;
    isSilent = now;
    log.warn(now ? 'store.silent' : 'store.answers');
  }
  async function lookOnce(): Promise<void> {
    const found = await whyGone(db);
    looking = null;
    if (isOver || (isSilent && !probe.answers())) return;
    setSilent(false);
    writeLog();
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
    if (isSilent || missed < PATIENCE || performance.now() - since < SILENT_MS) return;
    setSilent(true);
    tell(fault('STORE_SILENT', {}));
  }

  const timer = setInterval(guarded(look), LOOK_MS);
  timer.unref();
  return {
    close() {
      isOver = true;
      clearInterval(timer);
      if (looking !== null) leave(looking);
      probe.close();
    },
  };
}
