import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import Database from 'better-sqlite3';
import type { LibraryCopy } from '../../../shared/contract/backups.ts';
import { failure, FaultError } from '../../../shared/faults/failure.ts';
import { assetsFolder, carryAsset } from '../assets/asset-files.ts';
import { syncFile, syncFolder } from '../core/durable.ts';
import { assertAnswers, readable, type ReadableDB } from '../core/handle.ts';
import { markLibrary } from '../core/library-mark.ts';
import { checkFile } from '../integrity/check.ts';
import { fileTime } from '../core/file-time.ts';
import { listAssetContents } from '../repositories/assets.ts';

export interface CopyTask {
  /** An absolute path: the copy becomes a folder in there. */
  readonly into: string;
  readonly at: number;
  /** What a page holds that the store may not have; null: nothing. */
  readonly page: string | null;
}

/**
 * Copies an open store, wherever its own file is by now, into a data folder of its own. Takes turns with whatever else
 * this process does. `look` counts what is damaged in a file.
 */
export async function copyLibrary(
  db: ReadableDB,
  { into, at, page }: CopyTask,
  look: (file: string) => Promise<number>,
): Promise<LibraryCopy> {
  if (!isAbsolute(into) || statSync(into, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw failure('NO_FOLDER', { folder: into });
  assertAnswers(db);
  const folder = join(into, `Paphos library ${fileTime(at)}`);
  const file = join(folder, 'store.db');
  const partial = `${file}.partial`;
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (page !== null) writeFileSync(join(folder, 'page.md'), page, { mode: 0o600, flush: true });
    await db.sqlite.backup(partial);
    closeLog(partial);
    syncFile(partial);
    await copyAssets(db, folder);
    const problems = await look(partial);
    renameSync(partial, file);
    markLibrary(folder);
    syncFolder(folder);
    return { folder, problems };
  } catch (error) {
    rmSync(partial, { force: true });
    throw notWritten(error, folder);
  }
}

/** The same of a store that a studio may be running on. */
export async function copyStore(file: string, task: CopyTask): Promise<LibraryCopy> {
  const sqlite = new Database(file, { readonly: true, timeout: 5000 });
  try {
    return await copyLibrary(readable(sqlite), task, async (copy) => checkFile(copy).length);
  } finally {
    sqlite.close();
  }
}

/** One after the other, so that whatever else this process does goes on. What is missing is told by the look at it. */
async function copyAssets(db: ReadableDB, folder: string): Promise<void> {
  const from = assetsFolder(dirname(db.sqlite.name));
  for (const content of listAssetContents(db)) {
    carryAsset(from, assetsFolder(folder), content);
    await new Promise(setImmediate);
  }
}

/** One file, which needs no log beside it. */
function closeLog(file: string): void {
  const copy = new Database(file);
  copy.pragma('journal_mode = delete');
  copy.close();
}

function notWritten(error: unknown, file: string): unknown {
  if (error instanceof FaultError || !(error instanceof Error) || !('code' in error)) return error;
  return failure('FILE_NOT_WRITTEN', { file, said: String(error.code) }, { cause: error });
}
