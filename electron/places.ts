import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readEnvironment } from './env.ts';

/** The folder that holds package.json, wherever the bundler put this module. */
function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return import.meta.dirname;
    folder = parent;
  }
  return folder;
}

const root = projectRoot();
export const resourcesDir = join(root, 'resources');
export const pagesDir = join(root, 'out', 'renderer');

function platformFolder(): string {
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Paphos');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Paphos');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'paphos');
}

/** --data, PAPHOS_DATA, or the platform's folder. */
export const chooseDataDir = (given: string | undefined): string =>
  resolve(given ?? readEnvironment().dataDir ?? platformFolder());
