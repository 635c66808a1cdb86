import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, query, run, tables } from '../core/query.ts';
import type { FoundModelRow } from '../core/schema.ts';

/** A model file as it was when its folder was last looked at. */
export interface StoredFile {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

const everyFile = query(() => tables.selectFrom('found_models').selectAll().orderBy('name').orderBy('id'));
const dropFiles = query(() => tables.deleteFrom('found_models'));
const putFile = query((p: FoundModelRow) =>
  tables.insertInto('found_models').values(columns(p, ['id', 'path', 'name', 'bytes', 'modified_at'])),
);

export function listFoundModels(db: ReadableDB): StoredFile[] {
  return all(db, everyFile, {}).map(({ modified_at: modifiedAt, ...row }) => ({ ...row, modifiedAt }));
}

/** These are all that there are. */
export function rememberFoundModels(db: WritableDB, files: readonly StoredFile[]): void {
  transaction(db, () => {
    run(db, dropFiles, {});
    for (const { id, path, name, bytes, modifiedAt } of files)
      run(db, putFile, { id, path, name, bytes, modified_at: modifiedAt });
  });
}
