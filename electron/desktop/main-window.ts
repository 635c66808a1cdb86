import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { parseWindowState, placeWindow, SMALLEST, type WindowState } from './bounds.ts';
import type { Desktop } from './desktop.ts';
import { HOME, WEB_PREFERENCES } from './policy.ts';

function remembered(file: string): WindowState | null {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function openWindow(desktop: Desktop): void {
  const file = join(desktop.dataDir, 'window.json');
  const displays = screen.getAllDisplays();
  const main = screen.getPrimaryDisplay();
  const state = placeWindow(
    remembered(file),
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
  window.once('ready-to-show', () => {
    window.show();
  });
  window.on('close', () => {
    const now: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, JSON.stringify(now));
    } catch {
      // Where the window stood is not worth a message.
    }
  });
  window.on('closed', () => {
    desktop.window = null;
  });
  // The page holds nothing that the store does not: a crashed one is simply opened again.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.reload();
  });
  void window.loadURL(HOME);
}

/** One window, which opens where it was. */
export function enableMainWindow(desktop: Desktop): void {
  void app.whenReady().then(() => {
    desktop.studio().then(
      () => {
        openWindow(desktop);
      },
      () => undefined,
    );
    app.on('activate', () => {
      if (desktop.window === null) openWindow(desktop);
    });
  });
}
