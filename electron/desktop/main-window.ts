import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { parseWindowState, placeWindow, SMALLEST, type WindowState } from './bounds.ts';
import type { Desktop } from './desktop.ts';
import { afterPageEnd, HOME, WEB_PREFERENCES } from './policy.ts';
import { words } from './words.ts';
import { leave } from '../log/ending-threads.ts';
import { guarded, inBackground } from '../log/guarded.ts';

/** A window does not wait longer to hear where it was. */
const PLACE_WITHIN_MS = 500;

async function remembered(file: string): Promise<WindowState | null> {
  const reading = readFile(file, 'utf8').catch(() => '');
  leave(reading);
  return parseWindowState(await Promise.race([reading, delay(PLACE_WITHIN_MS, '', { ref: false })]));
}

async function openWindow(desktop: Desktop): Promise<void> {
  const file = join(desktop.dataDir, 'window.json');
  const displays = screen.getAllDisplays();
  const main = screen.getPrimaryDisplay();
  const state = placeWindow(
    await remembered(file),
    [main, ...displays.filter((display) => display.id !== main.id)].map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: 'Paphos',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1a18' : '#fbf9f4',
    autoHideMenuBar: true,
    webPreferences: { ...WEB_PREFERENCES, preload: desktop.preload },
  });
  desktop.window = window;
  if (state.maximized) window.maximize();
  window.once(
    'ready-to-show',
    guarded(() => window.show()),
  );
  const rememberPlace = (): void => {
    const now: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    // Where the window stood is not worth a message.
    leave(writeFile(file, JSON.stringify(now), { mode: 0o600 }).catch(() => undefined));
  };
  window.on('close', guarded(rememberPlace));
  window.on(
    'closed',
    guarded(() => {
      desktop.window = null;
    }),
  );
  askBeforeUnload(window);
  reopenPage(desktop, window);
  inBackground(window.loadURL(HOME));
}

/** A page that holds what is not saved does not let itself be left; the person can. */
function askBeforeUnload(window: BrowserWindow): void {
  const ask = (event: { preventDefault(): void }): void => {
    const leaves = dialog.showMessageBoxSync(window, {
      type: 'warning',
      message: words.notSaved,
      detail: words.notSavedHint,
      buttons: [words.stay, words.leave],
      cancelId: 0,
    });
    if (leaves === 1) event.preventDefault();
  };
  window.webContents.on('will-prevent-unload', guarded(ask));
}

/** Opens the page again when its process ends; where that does not help, asks. */
function reopenPage(desktop: Desktop, window: BrowserWindow): void {
  let reloads: number[] = [];
  const reload = (): void => {
    reloads.push(performance.now());
    window.reload();
  };
  async function ask(): Promise<void> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: words.pageEnds,
      detail: words.pageEndsHint(join(desktop.dataDir, 'logs')),
      buttons: [words.openAgain, words.quit],
      cancelId: 0,
    });
    reloads = [];
    if (response === 0) reload();
    else app.quit();
  }
  async function ended(reason: string): Promise<void> {
    const act = afterPageEnd(reason, reloads, performance.now());
    if (act === 'reload') reload();
    (await desktop.studio()).log.error('page.ended', { reason, act });
    if (act === 'ask') await ask();
  }
  window.webContents.on(
    'render-process-gone',
    guarded((_event, { reason }) => ended(reason)),
  );
}

/** One window, which opens where it was. */
export function enableMainWindow(desktop: Desktop): void {
  let isOpening = false;
  async function openOne(): Promise<void> {
    if (desktop.window !== null || isOpening) return;
    isOpening = true;
    await openWindow(desktop).finally(() => {
      isOpening = false;
    });
  }
  async function open(): Promise<void> {
    await app.whenReady();
    const isOpened = await desktop.studio().then(
      () => true,
      () => false,
    );
    if (isOpened) await openOne();
    app.on('activate', guarded(openOne));
  }
  inBackground(open());
}
