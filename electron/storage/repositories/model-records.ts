import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { columns, first, query, run, tables } from '../core/query.ts';
import type { ModelRow } from '../core/schema.ts';

/** A model file that was seen once, with what the person chose for it. */
export interface StoredModel {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  readonly sha256: string | null;
  /** The first of its weights that is no number, once the file was read to its end. */
  readonly broken: string | null;
  readonly architecture: string | null;
  readonly contextLength: number | null;
  readonly chosenFormat: string | null;
  readonly contextSize: number | null;
  readonly lastUsedAt: number | null;
}

export type FingerprintOf = Pick<StoredModel, 'id' | 'bytes' | 'modifiedAt' | 'broken'> & { readonly sha256: string };

const MODEL_COLUMNS: readonly (keyof ModelRow)[] = [
  'id',
  'path',
  'name',
  'bytes',
  'modified_at',
  'sha256',
  'broken',
  'architecture',
  'context_length',
  'chosen_format',
  'context_size',
  'last_used_at',
];
const oneModel = query((p: { id: string }) => tables.selectFrom('models').selectAll().where('id', '=', p.id));
const putModel = query((p: ModelRow) =>
  tables
    .insertInto('models')
    .values(columns(p, MODEL_COLUMNS))
    .onConflict((e) => e.column('id').doUpdateSet(columns(p, MODEL_COLUMNS.slice(1)))),
);
const setFingerprint = query((p: FingerprintOf) =>
  tables
    .updateTable('models')
    .set({ sha256: p.sha256, broken: p.broken })
    .where('id', '=', p.id)
    .where('bytes', '=', p.bytes)
    .where('modified_at', '=', p.modifiedAt),
);

export function getModel(db: ReadableDB, id: string): StoredModel | null {
  const row = first(db, oneModel, { id });
  return row ? fromRow(row) : null;
}

/** Adds a model or replaces what is known of it. */
export function rememberModel(db: WritableDB, model: StoredModel): void {
  transaction(db, () =>
    run(db, putModel, {
      id: model.id,
      path: model.path,
      name: model.name,
      bytes: model.bytes,
      modified_at: model.modifiedAt,
      sha256: model.sha256,
      broken: model.broken,
      architecture: model.architecture,
      context_length: model.contextLength,
      chosen_format: model.chosenFormat,
      context_size: model.contextSize,
      last_used_at: model.lastUsedAt,
    }),
  );
}

/** What a file was found to hold; nothing if the file has changed since. */
export function recordFingerprint(db: WritableDB, found: FingerprintOf): void {
  transaction(db, () => run(db, setFingerprint, found));
}

function fromRow(row: ModelRow): StoredModel {
  return {
    id: row.id,
    path: row.path,
    name: row.name,
    bytes: row.bytes,
    modifiedAt: row.modified_at,
    sha256: row.sha256,
    broken: row.broken,
    architecture: row.architecture,
    contextLength: row.context_length,
    chosenFormat: row.chosen_format,
    contextSize: row.context_size,
    lastUsedAt: row.last_used_at,
  };
}
