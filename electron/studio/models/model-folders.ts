import { readdirSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { factsOf, fileOf, filesOf, isMissing, joined, UNSEEN, type FoundModel } from './model-files.ts';

/** The folder itself, and those in it. */
export const DEPTH = 2;

/**
 * The models in a folder, by name; what cannot be looked at is found all the same, and says why when it is opened. It
 * waits for the disk: never in main.
 */
export function lookInto(folder: string): FoundModel[] {
  return look(folder, DEPTH).toSorted((a, b) => a.name.localeCompare(b.name));
}

function look(path: string, depth: number): FoundModel[] {
  const entries = entriesOf(path);
  if (entries === null) return [fileOf(path, basename(path), UNSEEN)];
  return entries.flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return depth > 1 ? look(inside, depth - 1) : [];
    const found = /\.gguf$/i.test(entry.name) ? joined(inside, filesOf(inside).map(factsOf)) : null;
    return found === null ? [] : [found];
  });
}

function entriesOf(path: string): Dirent[] | null {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return isMissing(error) ? [] : null;
  }
}
