import { join, resolve } from 'node:path';
import { makePrivateFiles } from '../private-files.ts';
import { copyStore } from '../storage/backups/library-copy.ts';
import { chooseStore } from './choose.ts';
import { usage } from './usage.ts';

interface Given {
  readonly data?: string | undefined;
  readonly to?: string | undefined;
}

/** Makes a data folder inside another one of the library, which may be in use: 0 if all is as it was saved. */
export async function runCopy(given: Given): Promise<number> {
  const dataDir = chooseStore(given.data);
  if (given.to === undefined) throw usage('USAGE_COPY', {});
  makePrivateFiles();
  const task = { into: resolve(given.to), at: Date.now(), page: null };
  const { folder, problems } = await copyStore(join(dataDir, 'store.db'), task);
  process.stdout.write(`${folder}\n`);
  if (problems === 0) return 0;
  process.stderr.write(
    `Paphos: ${String(problems)} things in it are not as they were saved. "paphos check" says which, and "paphos repair --data FOLDER" repairs what can be repaired.\n`,
  );
  return 1;
}
