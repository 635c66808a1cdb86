// Finds an Electron binary by looking. Never `require('electron')` here: its index starts a download.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledNode, root, say } from './bootstrap.mjs';

const folder = join(root, 'node_modules', 'electron');
const failureNote = join(root, 'node_modules', '.cache', 'paphos', 'electron-unavailable');

export function electronBinary() {
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'),
    readFileSync(pathFile, 'utf8').trim(),
  );
  return existsSync(binary) ? binary : null;
}

export const hasDisplay = (env = process.env, platform = process.platform) =>
  platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);

/** The Electron binary, or in words why there will be no window. */
export function findDesktop() {
  if (process.env.CI) return { reason: 'this is a CI run' };
  if (!hasDisplay()) return { reason: 'there is no display' };
  const present = electronBinary();
  if (present) return { binary: present };
  const version = existsSync(folder) ? JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version : null;
  if (!version) return { reason: 'Electron is not installed' };
  const failed = existsSync(failureNote) && readFileSync(failureNote, 'utf8') === version;
  if (!failed) {
    say('Paphos: fetching the desktop window (Electron), for at most a minute …');
    spawnSync(bundledNode(), [join(folder, 'install.js')], {
      cwd: root,
      stdio: 'ignore',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const fetched = electronBinary();
    if (fetched) return { binary: fetched };
    mkdirSync(dirname(failureNote), { recursive: true });
    writeFileSync(failureNote, version);
  }
  return { reason: 'Electron could not be downloaded; `npx install-electron` tries again' };
}
