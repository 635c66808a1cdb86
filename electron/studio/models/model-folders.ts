import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inTurn } from '../../engines/local/gguf/in-turn.ts';
import { fileOf, filesOf, isMissing, joined, UNSEEN, type FileFacts, type FoundModel } from './model-files.ts';

/** The folder itself, and those in it. */
export const DEPTH = 2;
const AT_ONCE = 8;

/**
 * Looks through a folder without keeping anybody waiting; what cannot be looked at is found all the same, and says why
 * when it is opened.
 */
export async function lookInto(folder: string): Promise<FoundModel[]> {
  const inLine = inTurn(AT_ONCE);

  async function entriesOf(path: string): Promise<Dirent[] | null> {
    try {
      return await inLine(() => readdir(path, { withFileTypes: true }));
    } catch (error) {
      return isMissing(error) ? [] : null;
    }
  }
  async function factsOf(path: string): Promise<FileFacts | null> {
    try {
      const file = await inLine(() => stat(path));
      return file.isFile() ? { bytes: file.size, modifiedAt: Math.trunc(file.mtimeMs) } : null;
    } catch (error) {
      return isMissing(error) ? null : UNSEEN;
    }
  }
  async function modelAt(path: string): Promise<FoundModel[]> {
    const found = joined(path, await Promise.all(filesOf(path).map(factsOf)));
    return found === null ? [] : [found];
  }
  async function look(path: string, depth: number): Promise<FoundModel[]> {
    const entries = await entriesOf(path);
    if (entries === null) return [fileOf(path, basename(path), UNSEEN)];
    const found = await Promise.all(
      entries.map(async (entry): Promise<FoundModel[]> => {
        const inside = join(path, entry.name);
        if (entry.isDirectory()) return depth > 1 ? look(inside, depth - 1) : [];
        return /\.gguf$/i.test(entry.name) ? modelAt(inside) : [];
      }),
    );
    return found.flat();
  }
  const models = await look(folder, DEPTH);
  return models.toSorted((a, b) => a.name.localeCompare(b.name));
}
