import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { failure } from '../shared/faults/failure.ts';
import { chooseConfigDir } from './places.ts';
import { keptLibrary } from './storage/core/library-mark.ts';

const MOST = 100;
const listSchema = z.array(z.object({ folder: z.string(), usedAt: z.number() }));
type KnownLibrary = z.infer<typeof listSchema>[number];

/** Kept outside the data folders, which may lie on a drive that is not there: by it a missing one is known. */
const listFile = (): string => join(chooseConfigDir(), 'libraries.json');

/** The data folders that were used on this computer, the one used last first. */
function knownLibraries(): KnownLibrary[] {
  try {
    return listSchema.parse(JSON.parse(readFileSync(listFile(), 'utf8')));
  } catch {
    return [];
  }
}

/** The folder holds a library from now on. Where that cannot be written down, the next start tries again. */
export function rememberLibrary(folder: string, now = Date.now()): void {
  const others = knownLibraries().filter((known) => known.folder !== folder);
  const list: KnownLibrary[] = [{ folder, usedAt: now }, ...others].slice(0, MOST);
  const file = listFile();
  const partial = `${file}.${String(process.pid)}.partial`;
  try {
    mkdirSync(chooseConfigDir(), { recursive: true, mode: 0o700 });
    writeFileSync(partial, JSON.stringify(list, null, 2), { mode: 0o600, flush: true });
    renameSync(partial, file);
  } catch {
    // The library is there without it.
  }
}

/** Whether a library was kept in a folder that is absent or empty now, as is the place of a drive that is not there. */
export function isLibraryMissing(folder: string): boolean {
  if (!knownLibraries().some((known) => known.folder === folder)) return false;
  try {
    statSync(join(folder, 'store.db'));
    return false;
  } catch (error) {
    // What stands in the way otherwise, and one of which something is left, is told when it is opened.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' && !keptLibrary(folder);
  }
}

/** Throws where a library is missing: that is a question to the person, and no first day. Nothing is made. */
export function assertLibraryThere(folder: string): void {
  if (isLibraryMissing(folder)) throw failure('LIBRARY_MISSING', { folder });
}
