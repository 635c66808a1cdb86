import { app, dialog } from 'electron';
import { faultOf } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { Desktop } from './desktop.ts';
import { words } from './words.ts';
import { areThreadsGone } from '../log/ending-threads.ts';
import { guarded } from '../log/guarded.ts';
import { CLOSE_WITHIN_MS } from '../studio/close-each.ts';

/** The last window ends Paphos (on macOS only the person does), and Paphos ends when the store is closed. */
export function enableQuit(desktop: Desktop): void {
  app.on(
    'window-all-closed',
    guarded(() => {
      if (process.platform !== 'darwin') app.quit();
    }),
  );
  let closing = false;
  const close = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    const deadline = setTimeout(
      guarded(() => endProcess(1)),
      CLOSE_WITHIN_MS,
    );
    desktop
      .studio()
      .then((studio) => studio.close())
      .then(
        () => 0,
        (error: unknown) => {
          dialog.showErrorBox(words.endedBadly, sentenceOf(faultOf(error)));
          return 1;
        },
      )
      .then(
        (code) => {
          clearTimeout(deadline);
          return endProcess(code);
        },
        () => undefined,
      );
  };
  app.on('will-quit', guarded(close));
}

/** An orderly exit would wait for a thread whose disk does not answer. */
async function endProcess(code: number): Promise<void> {
  if (!(await areThreadsGone())) process.kill(process.pid, 'SIGKILL');
  app.exit(code);
}
