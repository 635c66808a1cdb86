import type { WritableDB } from '../core/handle.ts';
import { CHECKED, rowChecksum } from '../core/rows.ts';
import type { RevisionRow, Schema } from '../core/schema.ts';
import { alone } from './alone.ts';
import { mendRow, type Guesses } from './mend-row.ts';
import { eachOf } from './turn-repair.ts';

type Table = keyof typeof CHECKED;

/** By what a row is found, and what it belongs to. */
const KEYS: { readonly [T in Table]: readonly (keyof Schema[T])[] } = {
  stories: ['id'],
  chapters: ['id', 'story_id'],
  turns: ['id', 'chapter_id', 'parent_id'],
  revisions: ['turn_id', 'seq'],
  edits: ['turn_id', 'version'],
  journal: ['generation_id', 'seq'],
  notes: ['story_id', 'kind'],
};

/** A row that is put back; `place`: its number in the order of the table, or its rowid. */
interface Placed<R> {
  readonly place: number;
  readonly row: R;
}

/**
 * Puts back the rows of which a key has changed on the disk, where their checksum proves what it was: nobody finds them
 * any more by their keys once the indexes are made anew. Answers with the turns that had such a row.
 */
export function mendKeys(db: WritableDB): string[] {
  for (const table of ['stories', 'chapters', 'journal', 'notes'] as const) alone(db, () => rewrite(db, table));
  const turns = alone(db, () => rewrite(db, 'turns')) ?? [];
  const revisions = alone(db, () => updateRevisions(db)) ?? [];
  const edits = alone(db, () => rewrite(db, 'edits')) ?? [];
  return [...turns.map(({ id }) => id), ...[...revisions, ...edits].map(({ turn_id: id }) => id)];
}

/** Such a table is its own index: a row whose key has changed stands where nobody can change it. */
function rewrite<T extends Exclude<Table, 'revisions'>>(db: WritableDB, table: T): Schema[T][] {
  const { sqlite } = db;
  const places = `SELECT row_number() OVER () AS place, * FROM ${table} NOT INDEXED`;
  const mended = mendedRows(db, table, places, belonging(db, table));
  if (mended.length === 0) return [];
  sqlite.exec(`CREATE TEMP TABLE mended AS SELECT * FROM main.${table} NOT INDEXED`);
  putInto(db, table, 'temp.mended', mended);
  sqlite.exec(`DELETE FROM main.${table}; INSERT INTO main.${table} SELECT * FROM mended; DROP TABLE temp.mended`);
  return mended.map(({ row }) => row);
}

/** Without its index, which has another key of such a row than the row itself. */
function updateRevisions(db: WritableDB): RevisionRow[] {
  const { sqlite } = db;
  const indexed = sqlite.prepare<[number], Pick<RevisionRow, 'turn_id' | 'seq'>>(
    'SELECT turn_id, seq FROM revisions INDEXED BY revisions_of_turn WHERE +rowid = ?',
  );
  const rows = 'SELECT rowid AS place, * FROM revisions NOT INDEXED';
  const mended = mendedRows(db, 'revisions', rows, ({ place }) => eachOf(indexed.get(place) ?? {}));
  if (mended.length === 0) return [];
  const index = sqlite.prepare("SELECT sql FROM sqlite_schema WHERE name = 'revisions_of_turn'").pluck().get();
  sqlite.exec('DROP INDEX revisions_of_turn');
  putInto(db, 'revisions', 'main.revisions', mended);
  sqlite.exec(String(index));
  return mended.map(({ row }) => row);
}

function mendedRows<T extends Table>(
  { sqlite }: WritableDB,
  table: T,
  sql: string,
  guessesOf: (row: Schema[T] & { readonly place: number }) => Guesses<Schema[T]>,
): Placed<Schema[T]>[] {
  type Found = Schema[T] & { readonly place: number };
  const damaged: Found[] = [];
  for (const row of sqlite.prepare<[], Found>(sql).iterate())
    if (rowChecksum(table, row) !== row.checksum) damaged.push(row);
  return damaged.flatMap((found) => {
    const { place, ...own } = found;
    const row = mendRow(table, own as unknown as Schema[T], guessesOf(found));
    return row !== null && KEYS[table].some((key) => row[key] !== found[key]) ? [{ place, row }] : [];
  });
}

function putInto<T extends Table>({ sqlite }: WritableDB, table: T, into: string, rows: readonly Placed<Schema[T]>[]) {
  const columns = [...CHECKED[table], 'checksum'];
  const update = sqlite.prepare(
    `UPDATE ${into} SET ${columns.map((column) => `${column} = ?`).join()} WHERE rowid = ?`,
  );
  for (const { place, row } of rows) update.run(...columns.map((column): unknown => Reflect.get(row, column)), place);
}

/** What rows of a table may belong to. */
function belonging<T extends Table>({ sqlite }: WritableDB, table: T): () => Guesses<Schema[T]> {
  const ids = (of: string) => sqlite.prepare<[], string>(`SELECT id FROM ${of}`).pluck().all();
  const guesses =
    table === 'chapters' ? { story_id: ids('stories') } : table === 'turns' ? { chapter_id: ids('chapters') } : {};
  return () => guesses as Guesses<Schema[T]>;
}
