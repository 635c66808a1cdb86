import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { rememberLibrary } from '../../electron/known-libraries.ts';

const folder = mkdtempSync(join(tmpdir(), 'paphos-missing-'));
const data = join(folder, 'drive', 'stories');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  vi.resetModules();
  process.env['PAPHOS_CONFIG'] = join(folder, 'config');
  process.env['PAPHOS_DATA'] = data;
  rememberLibrary(data);
});

test('a library whose drive is not there is asked for, and nothing is made in its place', async () => {
  const { app, asked, BrowserWindow } = await import('./fake-electron.ts');
  const exited = once(app, 'exited');
  await import('../../electron/main.ts');
  app.becomeReady();
  await exited;
  expect(asked.errors).toEqual([expect.stringContaining(data)]);
  expect(asked.again).toEqual(process.argv.slice(1));
  expect(BrowserWindow.all).toEqual([]);
  expect(existsSync(join(folder, 'drive'))).toBe(false);
});
