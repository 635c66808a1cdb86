import { statSync, type Stats } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Gives a check that throws where an open store or its log is no longer the file that its name stands for: whoever
 * moved or removed one took along what is written into it from then on. SQLite itself looks only where it keeps no
 * write-ahead log.
 */
export function watchPlace(file: string): () => void {
  const checks = [watchFile(file), watchFile(`${file}-wal`)];
  return () => {
    for (const check of checks) check();
  };
}

function watchFile(file: string): () => void {
  const find = (): Stats | undefined => {
    try {
      return statSync(file);
    } catch {
      // Whatever the system says of a drive that is gone.
      return undefined;
    }
  };
  let opened = find();
  return () => {
    const now = find();
    // A log is made with the first write.
    opened ??= now;
    if (now?.ino !== opened?.ino || now?.dev !== opened?.dev)
      throw new Database.SqliteError(`${file} is not the file that was opened`, 'SQLITE_READONLY_DBMOVED');
  };
}
