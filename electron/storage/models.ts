import { transaction, type ReadableDB, type WritableDB } from './handle.ts';
import { columns, first, query, run, tables } from './query.ts';
import type { ModelRow } from './schema.ts';

/** A model file that was seen once, with what the person chose for it. */
export interface StoredModel {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  readonly sha256: string | null;
  readonly architecture: string | null;
  readonly contextLength: number | null;
  readonly chosenFormat: string | null;
  readonly contextSize: number | null;
  readonly lastUsedAt: number | null;
}

const MODEL_COLUMNS: readonly (keyof ModelRow)[] = ['id', 'path', 'name', 'bytes', 'modified_at', 'sha256', 'architecture', 'context_length', 'chosen_format', 'context_size', 'last_used_at'];
const oneModel = query((p: { id: string }) => tables.selectFrom('models').selectAll().where('id', '=', p.id));
const putModel = query((p: ModelRow) => tables.insertInto('models').values(columns(p, MODEL_COLUMNS)).onConflict((e) => e.column('id').doUpdateSet(columns(p, MODEL_COLUMNS.slice(1)))));

export function getModel(db: ReadableDB, id: string): StoredModel | null {
  const row = first(db, oneModel, { id });
  return row ? fromRow(row) : null;
}

/** Adds a model or replaces what is known of it. */
export function rememberModel(db: WritableDB, model: StoredModel): void {
  transaction(db, () => run(db, putModel, {
    id: model.id, path: model.path, name: model.name, bytes: model.bytes, modified_at: model.modifiedAt, sha256: model.sha256, architecture: model.architecture,
    context_length: model.contextLength, chosen_format: model.chosenFormat, context_size: model.contextSize, last_used_at: model.lastUsedAt,
  }));
}

function fromRow(row: ModelRow): StoredModel {
  return {
    id: row.id, path: row.path, name: row.name, bytes: row.bytes, modifiedAt: row.modified_at, sha256: row.sha256, architecture: row.architecture,
    contextLength: row.context_length, chosenFormat: row.chosen_format, contextSize: row.context_size, lastUsedAt: row.last_used_at,
  };
}
