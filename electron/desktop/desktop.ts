import type { BrowserWindow } from 'electron';
import type { Studio } from '../studio/studio.ts';

/** What the modules of the desktop share. */
export interface Desktop {
  readonly dataDir: string;
  readonly pagesDir: string;
  readonly preload: string;
  /** Opened once, when Electron is ready. */
  studio(): Promise<Studio>;
  window: BrowserWindow | null;
}

/** One behaviour of the desktop; `main.ts` is a list of them. Enabled before Electron is ready. */
export type Enable = (desktop: Desktop) => void;
