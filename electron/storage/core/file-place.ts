import { statSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Gives a check that throws where an open file is no longer the one that its name stands for: whoever moved or removed
 * it took along what is written into it from then on. SQLite itself looks only where it keeps no write-ahead log.
 */
export function watchPlace(file: string): () => void {
  const opened = statSync(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.ino !== opened.ino || now.dev !== opened.dev)
      throw new Database.SqliteError(`${file} is not the file that was opened`, 'SQLITE_READONLY_DBMOVED');
  };
}
