import { chmodSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** What this process, and every one that it starts, makes from now on is its person's alone. */
export const makePrivateFiles = (): number => process.umask(0o077);

const OURS = /^(?:store\.|session\.json|window\.json|logs$|backups$|assets$|transfers$|state$|cache$|desktop$)/;

/**
 * What an older Paphos left open to others in a data folder. Models may be meant for others, and what else a person
 * keeps there is theirs.
 */
export function closeToOthers(folder: string): void {
  for (const entry of entriesOf(folder))
    try {
      if (OURS.test(entry.name) && !entry.isSymbolicLink())
        chmodSync(join(folder, entry.name), entry.isDirectory() ? 0o700 : 0o600);
    } catch {
      // What belongs to somebody else is told when it is opened.
    }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
