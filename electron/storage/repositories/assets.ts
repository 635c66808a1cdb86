import { newId } from '../../../shared/document/ids.ts';
import { checksum } from '../core/checksum.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, runOne, tables } from '../core/query.ts';
import type { AssetRow } from '../core/schema.ts';
import type { AssetContent } from '../assets/asset-files.ts';

const byId = query((p: { id: string }) => tables.selectFrom('assets').selectAll().where('id', '=', p.id));
const byHash = query((p: { sha256: string }) => tables.selectFrom('assets').selectAll().where('sha256', '=', p.sha256));
const contents = query(() => tables.selectFrom('assets').select(['sha256', 'bytes']));
const insert = query((p: AssetRow) =>
  tables.insertInto('assets').values(columns(p, ['id', 'sha256', 'bytes', 'type', 'unused_since', 'checksum'])),
);
const setUnused = query((p: { id: string; unused_since: number | null }) =>
  tables.updateTable('assets').set({ unused_since: p.unused_since }).where('id', '=', p.id),
);
const remove = query((p: { id: string }) => tables.deleteFrom('assets').where('id', '=', p.id));
const everyAsset = query(() => tables.selectFrom('assets').select(['id', 'sha256', 'unused_since']));
const namedIds = query(() => tables.selectFrom('characters').select(['original_id', 'avatar_id', 'thumbnail_id']));

export const assetChecksum = (row: AssetRow): number => checksum(row.id, row.sha256, row.bytes, row.type);

export const getAsset = (db: ReadableDB, id: string): AssetRow | undefined => first(db, byId, { id });

export const listAssetContents = (db: ReadableDB): AssetContent[] => all(db, contents, {});

/** The row of a file that is there already; answers with its id. */
export function rememberAsset(db: WritableDB, content: AssetContent, type: string): string {
  return transaction(db, () => {
    const known = first(db, byHash, { sha256: content.sha256 });
    if (known !== undefined) {
      if (known.unused_since !== null) runOne(db, setUnused, { id: known.id, unused_since: null });
      return known.id;
    }
    const row = { id: newId(), ...content, type, unused_since: null, checksum: 0 };
    runOne(db, insert, { ...row, checksum: assetChecksum(row) });
    return row.id;
  });
}

/** Notes which files nothing names, and forgets those that nothing has named since `before`: answers with these. */
export function forgetUnused(db: WritableDB, now: number, before: number): readonly string[] {
  return transaction(db, () => {
    const named = new Set(all(db, namedIds, {}).flatMap((row) => [row.original_id, row.avatar_id, row.thumbnail_id]));
    const gone: string[] = [];
    for (const { id, sha256, unused_since: since } of all(db, everyAsset, {})) {
      if (named.has(id)) {
        if (since !== null) runOne(db, setUnused, { id, unused_since: null });
      } else if (since === null) runOne(db, setUnused, { id, unused_since: now });
      else if (since < before) {
        runOne(db, remove, { id });
        gone.push(sha256);
      }
    }
    return gone;
  });
}
