import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'paphos-refused-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  vi.resetModules();
});

test('a data folder that cannot be used is said in words, and no window opens', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  process.env['PAPHOS_DATA'] = file;
  const { app, asked, BrowserWindow } = await import('./fake-electron.ts');
  const exited = once(app, 'exited');
  await import('../../electron/main.ts');
  app.becomeReady();
  await exited;
  expect(asked.exitCode).toBe(1);
  expect(asked.errors).toEqual([expect.stringContaining(`There is no folder ${file} for the stories`)]);
  expect(BrowserWindow.all).toEqual([]);
});

test('a second Paphos on the same data folder leaves the first alone', async () => {
  process.env['PAPHOS_DATA'] = join(folder, 'data');
  const { app, BrowserWindow, handlers } = await import('./fake-electron.ts');
  app.lockTaken = true;
  let asked = 0;
  app.quit = () => {
    asked += 1;
  };
  await import('../../electron/main.ts');
  app.becomeReady();
  await app.whenReady();
  await new Promise(setImmediate);
  expect(asked).toBe(1);
  expect(BrowserWindow.all).toEqual([]);
  expect(handlers['app']).toBeUndefined();
});
