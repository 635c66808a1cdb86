import { statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';

/** Both throw, or reject, where an open store or its log is no longer the file that its name stands for. */
export interface Place {
  /** At once; on a disk that does not answer it never returns. */
  assert(): void;
  /** Beside everything else; on such a disk it stays open until the disk answers. */
  look(): Promise<void>;
}

/**
 * Watches over the place of a store: whoever moved or removed a file took along what is written into it from then on.
 * SQLite itself looks only where it keeps no write-ahead log.
 */
export function watchPlace(file: string): Place {
  const files = [watchFile(file), watchFile(`${file}-wal`)];
  return {
    assert() {
      for (const { name, compare } of files) compare(find(name));
    },
    async look() {
      // What the system says of a drive that is gone stands for a file that is not there.
      for (const { name, compare } of files) compare(await stat(name).catch(() => undefined));
    },
  };
}

function find(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function watchFile(name: string): { name: string; compare(now: Stats | undefined): void } {
  let opened = find(name);
  return {
    name,
    compare(now) {
      // A log is made with the first write.
      opened ??= now;
      if (now?.ino !== opened?.ino || now?.dev !== opened?.dev)
        throw new Database.SqliteError(`${name} is not the file that was opened`, 'SQLITE_READONLY_DBMOVED');
    },
  };
}
