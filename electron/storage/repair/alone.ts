import type { WritableDB } from '../core/handle.ts';
import { ifReadable } from './if-readable.ts';

/** Does one thing of a transaction; where that cannot be done it is undone, null, and keeps nothing else back. */
export function alone<T>(db: WritableDB, act: () => T): T | null {
  db.sqlite.exec('SAVEPOINT alone');
  const done = ifReadable(() => ({ value: act() }));
  if (done === null) db.sqlite.exec('ROLLBACK TO alone');
  db.sqlite.exec('RELEASE alone');
  return done === null ? null : done.value;
}

/** Rows that name what is not there are for the check to tell; they keep no other row from being put back. */
export function withoutForeignKeys<T>({ sqlite }: WritableDB, act: () => T): T {
  sqlite.pragma('foreign_keys = OFF');
  try {
    return act();
  } finally {
    sqlite.pragma('foreign_keys = ON');
  }
}
