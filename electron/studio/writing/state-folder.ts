import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { leave } from '../../log/ending-threads.ts';
import { makeIfPossible } from '../make-if-possible.ts';

/** All that is kept of what models have read takes no more than this. */
const CAP_BYTES = 2 * 2 ** 30;
const KEPT = '.state';
/** What a process writes until it is whole; the number is the process's. */
const UNFINISHED = /\.(\d+)\.unfinished$/;

/** Evaluated states on disk, one for each chapter and model. Losing one costs nothing but time. */
export interface StateFolder {
  pathOf(chapterId: string, modelId: string): string;
  /** As far as it has been looked; asks no disk. */
  has(path: string): boolean;
  remove(path: string): Promise<void>;
  /** Removes what is kept of a chapter, of every model. */
  forget(chapterId: string): Promise<void>;
  /**
   * Looks what is there; removes the oldest until what is left takes no more than it may, and what a process that died
   * left unfinished.
   */
  tidy(): Promise<void>;
}

export function openStateFolder(dataDir: string, capBytes = CAP_BYTES): StateFolder {
  const folder = join(dataDir, 'state');
  makeIfPossible(folder);
  let there: ReadonlySet<string> = new Set();
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: a disk that does not answer keeps one of the few threads that Node has, not all of them. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    leave(last);
    return done;
  };

  async function names(): Promise<string[]> {
    const found = await readdir(folder).catch(() => []);
    there = new Set(found);
    return found;
  }
  /** What cannot be removed now, for somebody else has it open, goes another day. */
  async function remove(name: string): Promise<void> {
    await rm(join(folder, name), { force: true }).catch(() => undefined);
    there = new Set([...there].filter((one) => one !== name));
  }
  async function forget(chapterId: string): Promise<void> {
    for (const name of await names()) if (name.startsWith(chapterId)) await remove(name);
  }
  async function tidy(): Promise<void> {
    const kept: { readonly name: string; readonly size: number; readonly mtimeMs: number }[] = [];
    for (const name of await names())
      if (name.endsWith(KEPT)) {
        const file = await stat(join(folder, name)).catch(() => null);
        if (file !== null) kept.push({ name, size: file.size, mtimeMs: file.mtimeMs });
      } else if (!isBeingWritten(name)) await remove(name);
    let room = capBytes;
    for (const { name, size } of kept.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      room -= size;
      if (room < 0) await remove(name);
    }
  }

  return {
    pathOf: (chapterId, modelId) => join(folder, `${chapterId}-${modelId}${KEPT}`),
    has: (path) => there.has(basename(path)),
    remove: (path) => inTurn(() => remove(basename(path))),
    forget: (chapterId) => inTurn(() => forget(chapterId)),
    tidy: () => inTurn(tidy),
  };
}

/** By a process that lives. */
function isBeingWritten(name: string): boolean {
  const pid = Number(UNFINISHED.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
