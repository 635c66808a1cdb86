import { dirname } from 'node:path';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { inThread } from '../in-thread.ts';
import { FOLDER_THREAD, type FolderWork } from './folder-work.ts';
import type { FoundModel } from './model-files.ts';

/**
 * Folders that may lie on a disk which does not answer: nobody waits for one longer than the limit, and one that is
 * silent is not asked again before it answers. Then each call rejects with FOLDER_SILENT.
 */
export interface Folders {
  /** The model files in it, by name. */
  look(folder: string): Promise<FoundModel[]>;
  /** What lies in it and is not read. */
  unread(folder: string): Promise<StudioFault[]>;
  /** One model as it is now; null if it is not there. */
  find(path: string): Promise<FoundModel | null>;
  /** Puts links to a model file into a folder. */
  link(file: string, folder: string): Promise<void>;
}

const WITHIN_MS = 5000;

export function createFolders(withinMs = WITHIN_MS): Folders {
  /** Until their threads come back. */
  const silent = new Set<string>();

  async function ask<R>(folder: string, work: FolderWork): Promise<R> {
    const isSilent = (): Error => failure('FOLDER_SILENT', { folder });
    if (silent.has(folder)) throw isSilent();
    const limit = AbortSignal.timeout(withinMs);
    try {
      return await inThread<R>(FOLDER_THREAD, work, limit, { onExit: () => silent.delete(folder) });
    } catch (error) {
      if (!limit.aborted) throw error;
      silent.add(folder);
      throw isSilent();
    }
  }

  return {
    look: (folder) => ask(folder, { do: 'look', folder }),
    unread: (folder) => ask(folder, { do: 'unread', folder }),
    find: (path) => ask(dirname(path), { do: 'find', path }),
    link: (file, folder) => ask(dirname(file), { do: 'link', file, folder }),
  };
}
