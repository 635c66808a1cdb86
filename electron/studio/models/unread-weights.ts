import { readdirSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fault } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { DEPTH } from './model-folders.ts';

/** Deeper nobody keeps models, and a folder that is no models folder ends the search. */
const DEEPEST = 6;
const MOST_ENTRIES = 5000;

type Kind = 'safetensors' | 'pytorch' | 'deep';

function kindOf(name: string, depth: number): Kind | null {
  if (/\.safetensors$/i.test(name)) return 'safetensors';
  if (/\.(pt|pth|ckpt)$|^pytorch_model.*\.bin$/i.test(name)) return 'pytorch';
  return depth > DEPTH && /\.gguf$/i.test(name) ? 'deep' : null;
}

/**
 * What lies in a models folder and is a model, but none that is read: once for each folder and sort. It waits for the
 * disk: never in main.
 */
export function unreadIn(folder: string): StudioFault[] {
  const found: StudioFault[] = [];
  let left = MOST_ENTRIES;

  function look(path: string, depth: number): void {
    const entries = entriesOf(path);
    left -= entries.length;
    const files = Map.groupBy(
      entries
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => name)
        .toSorted(),
      (name) => kindOf(name, depth),
    );
    for (const [kind, names] of files) {
      const [first = ''] = names;
      const about = { file: relative(folder, join(path, first)).replaceAll(sep, '/'), more: names.length - 1 };
      if (kind === 'deep') found.push(fault('MODEL_TOO_DEEP', about));
      else if (kind !== null) found.push(fault('WEIGHTS_NOT_READ', { ...about, kind }));
    }
    for (const entry of entries)
      if (entry.isDirectory() && depth < DEEPEST && left > 0) look(join(path, entry.name), depth + 1);
  }
  look(folder, 1);
  return found;
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
