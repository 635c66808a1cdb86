import type Database from 'better-sqlite3';
import { watchPlace } from './file-place.ts';
import { asFault } from './storage-fault.ts';
import { createTexts, type Texts } from '../repositories/texts.ts';

declare const reads: unique symbol;
declare const writes: unique symbol;

/** A store that can be read. Repositories are functions over it; only this folder looks inside. */
export interface ReadableDB {
  readonly [reads]: true;
  readonly sqlite: Database.Database;
  readonly statements: Map<object, Database.Statement>;
  readonly texts: Texts;
}
/** A store that can be written; made by `openStore` alone. */
export interface WritableDB extends ReadableDB {
  readonly [writes]: true;
  readonly assertInPlace: () => void;
}

const parts = (sqlite: Database.Database) => ({
  sqlite,
  statements: new Map<object, Database.Statement>(),
  texts: createTexts(),
});

export function readable(sqlite: Database.Database): ReadableDB {
  return parts(sqlite) as unknown as ReadableDB;
}

export function writable(sqlite: Database.Database): WritableDB {
  return { ...parts(sqlite), assertInPlace: watchPlace(sqlite.name) } as unknown as WritableDB;
}

/** Runs `act` as one transaction, or as part of the one that is open. */
export function transaction<T>(db: WritableDB, act: () => T): T {
  if (db.sqlite.inTransaction) return act();
  try {
    db.sqlite.exec('BEGIN IMMEDIATE');
    const result = act();
    db.assertInPlace();
    db.sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    abandonTransaction(db);
    throw asFault(error);
  }
}

/** Nothing of a transaction that broke off is taken for part of the next one. */
export function abandonTransaction(db: WritableDB): void {
  if (db.sqlite.inTransaction) db.sqlite.exec('ROLLBACK');
  db.texts.clear();
}
