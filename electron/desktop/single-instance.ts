import { app } from 'electron';
import type { Desktop } from './desktop.ts';
import { guarded } from '../log/guarded.ts';

/** False: this data folder already has a window, which comes to the front instead. */
export function claimInstance(desktop: Desktop): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on(
    'second-instance',
    guarded(() => {
      if (desktop.window === null) return;
      if (desktop.window.isMinimized()) desktop.window.restore();
      desktop.window.focus();
    }),
  );
  return true;
}
