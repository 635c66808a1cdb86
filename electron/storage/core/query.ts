import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable } from 'kysely';
import type Database from 'better-sqlite3';
import { assertAnswers, type ReadableDB, type WritableDB } from './handle.ts';
import type { Schema } from './schema.ts';
import { asFault } from './storage-fault.ts';

/** Kysely types and compiles the SQL; better-sqlite3 runs it. */
export const tables = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A statement compiled once, with named places for its values. */
export interface Query<P, R> {
  readonly sql: string;
  readonly values: (given: P) => unknown[];
  readonly row?: R;
}

export function query<P extends object, R>(build: (places: P) => Compilable<R>): Query<P, R> {
  const places = new Proxy({} as P, { get: (_, name) => new Slot(String(name)) });
  const { sql, parameters } = build(places).compile();
  return {
    sql,
    values: (given) => parameters.map((value) => (value instanceof Slot ? Reflect.get(given, value.name) : value)),
  };
}

/** Places for these columns, to insert or set a whole row. */
export function columns<P extends object, K extends keyof P>(places: P, names: readonly K[]): Pick<P, K> {
  return Object.fromEntries(names.map((name) => [name, places[name]])) as Pick<P, K>;
}

function statement<P, R>(db: ReadableDB, wanted: Query<P, R>) {
  let prepared = db.statements.get(wanted);
  if (!prepared) {
    prepared = db.sqlite.prepare(wanted.sql);
    db.statements.set(wanted, prepared);
  }
  return prepared;
}

/** What SQLite cannot do is a fault wherever it is asked, also outside a transaction. */
function ask<P, R, T>(db: ReadableDB, wanted: Query<P, R>, act: (prepared: Database.Statement) => T): T {
  assertAnswers(db);
  try {
    return act(statement(db, wanted));
  } catch (error) {
    throw asFault(error);
  }
}

export function all<P, R>(db: ReadableDB, wanted: Query<P, R>, given: P): R[] {
  return ask(db, wanted, (prepared) => prepared.all(...wanted.values(given)) as R[]);
}

export function first<P, R>(db: ReadableDB, wanted: Query<P, R>, given: P): R | undefined {
  return ask(db, wanted, (prepared) => prepared.get(...wanted.values(given)) as R | undefined);
}

/** Rows changed. */
export function run<P, R>(db: WritableDB, wanted: Query<P, R>, given: P): number {
  return ask(db, wanted, (prepared) => prepared.run(...wanted.values(given)).changes);
}

/** Changes the one row that is meant; where it is not there, nothing is taken for stored. */
export function runOne<P, R>(db: WritableDB, wanted: Query<P, R>, given: P): void {
  const changed = run(db, wanted, given);
  if (changed !== 1) throw new Error(`${changed} rows were changed where one was meant: ${wanted.sql}`);
}
