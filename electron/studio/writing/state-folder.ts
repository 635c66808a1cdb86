import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeIfPossible } from '../make-if-possible.ts';

/** All that is kept of what models have read takes no more than this. */
const CAP_BYTES = 2 * 2 ** 30;
const KEPT = '.state';

/** Evaluated states on disk, one for each chapter and model. Losing one costs nothing but time. */
export interface StateFolder {
  pathOf(chapterId: string, modelId: string): string;
  remove(path: string): Promise<void>;
  /** Removes what is kept of a chapter, of every model. */
  forget(chapterId: string): Promise<void>;
  /** Removes the oldest until what is left takes no more than it may, and what a process that died left unfinished. */
  tidy(): Promise<void>;
}

export function openStateFolder(dataDir: string, capBytes = CAP_BYTES): StateFolder {
  const folder = join(dataDir, 'state');
  makeIfPossible(folder);
  const names = (): Promise<string[]> => readdir(folder).catch(() => []);
  // What cannot be removed now, for somebody else has it open, goes another day.
  const remove = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);
  return {
    pathOf: (chapterId, modelId) => join(folder, `${chapterId}-${modelId}${KEPT}`),
    remove,
    async forget(chapterId) {
      for (const name of await names()) if (name.startsWith(chapterId)) await remove(join(folder, name));
    },
    async tidy() {
      const files = await Promise.all(
        (await names()).map(async (name) => ({
          path: join(folder, name),
          kept: name.endsWith(KEPT),
          file: await stat(join(folder, name)),
        })),
      );
      let room = capBytes;
      for (const { path, kept, file } of files.sort((a, b) => b.file.mtimeMs - a.file.mtimeMs)) {
        room -= kept ? file.size : 0;
        if (!kept || room < 0) await remove(path);
      }
    },
  };
}
