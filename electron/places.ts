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

/** Where this system keeps what is of one person: on Linux data and settings apart. */
function platformFolder(kind: 'data' | 'config'): string {
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Paphos');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Paphos');
  const [variable, usual] =
    kind === 'data' ? (['XDG_DATA_HOME', '.local/share'] as const) : (['XDG_CONFIG_HOME', '.config'] as const);
  return join(process.env[variable] ?? join(homedir(), usual), 'paphos');
}

/** --data, PAPHOS_DATA, or the platform's folder. */
export const chooseDataDir = (given: string | undefined): string =>
  resolve(given ?? readEnvironment().dataDir ?? platformFolder('data'));

/** PAPHOS_CONFIG, or the platform's folder: what is of this computer, and of no library. */
export const chooseConfigDir = (): string => resolve(readEnvironment().configDir ?? platformFolder('config'));
