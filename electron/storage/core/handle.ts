import type Database from 'better-sqlite3';
import { failure, FaultError, faultOf } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { watchPlace, type Place } from './file-place.ts';
import { asFault } from './storage-fault.ts';
import type { ShownPath } from './shown-path.ts';
import { createTexts, type Texts } from '../repositories/texts.ts';

declare const reads: unique symbol;
declare const writes: unique symbol;

/** A store that can be read. Repositories are functions over it; only this folder looks inside. */
export interface ReadableDB {
  readonly [reads]: true;
  readonly sqlite: Database.Database;
  readonly statements: Map<object, Database.Statement>;
  readonly texts: Texts;
  /** Turns whose text, when it was read, was not the one that was saved. */
  readonly damagedTurns: Set<string>;
  /** Whether its disk does: whoever asked a silent one would not come back, so nobody is let through. */
  answers: () => boolean;
  /** Of the chapters that were used last. */
  readonly shownPaths: Map<string, ShownPath>;
  /** Numbers that only grow, by what they count, as far as they were asked for. */
  readonly counters: Map<object, number>;
}
/** A store that can be written; made by `openStore` alone. */
export interface WritableDB extends ReadableDB {
  readonly [writes]: true;
  readonly place: Place;
  /** Why nothing may be written for a moment; null: everything may. */
  held: StudioFault | null;
}

const parts = (sqlite: Database.Database) => ({
  sqlite,
  statements: new Map<object, Database.Statement>(),
  texts: createTexts(),
  damagedTurns: new Set<string>(),
  answers: () => true,
  shownPaths: new Map<string, ShownPath>(),
  counters: new Map<object, number>(),
});

export function readable(sqlite: Database.Database): ReadableDB {
  return parts(sqlite) as unknown as ReadableDB;
}

export function writable(sqlite: Database.Database): WritableDB {
  return { ...parts(sqlite), place: watchPlace(sqlite.name), held: null } as unknown as WritableDB;
}

/** From now on the handle reads and writes another file; the one before is closed. */
export function useFile(db: WritableDB, sqlite: Database.Database): void {
  db.statements.clear();
  db.texts.clear();
  db.damagedTurns.clear();
  db.shownPaths.clear();
  db.counters.clear();
  Object.assign(db, { sqlite, place: watchPlace(sqlite.name) });
}

/** Runs `act` as one transaction, or as part of the one that is open. */
export function transaction<T>(db: WritableDB, act: () => T): T {
  if (db.sqlite.inTransaction) return act();
  if (db.held !== null) throw new FaultError(db.held);
  assertAnswers(db);
  try {
    db.sqlite.exec('BEGIN IMMEDIATE');
    const result = act();
    assertAnswers(db);
    db.place.assert();
    db.sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    abandonTransaction(db);
    throw asFault(goneError(db) ?? error);
  }
}

/** What the store says where its files are not where they were; null where they are, or where nobody can say. */
function goneError(db: WritableDB): unknown {
  if (!db.answers()) return null;
  try {
    db.place.assert();
    return null;
  } catch (error) {
    return error;
  }
}

/**
 * Why nothing can be saved in the place of this store; null where everything can. No answer comes before that of its
 * disk.
 */
export async function whyGone(db: WritableDB): Promise<StudioFault | null> {
  const { place } = db;
  try {
    await place.look();
    return null;
  } catch (error) {
    // Another file may have been put in its place meanwhile.
    return db.place === place ? faultOf(asFault(error)) : null;
  }
}

/** Before anything that waits for the disk of the store. */
export function assertAnswers({ answers }: ReadableDB): void {
  if (!answers()) throw failure('STORE_SILENT', {});
}

/** Nothing of a transaction that broke off is taken for part of the next one. */
export function abandonTransaction(db: WritableDB): void {
  if (db.sqlite.inTransaction) db.sqlite.exec('ROLLBACK');
  db.texts.clear();
  db.shownPaths.clear();
}
