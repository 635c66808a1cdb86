import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fault } from '../../../shared/faults/failure.ts';
import { assetPath } from '../assets/asset-files.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import type { AssetRow } from '../core/schema.ts';
import { assetChecksum } from '../repositories/assets.ts';
import { characterChecksum, everyCharacter } from '../repositories/character-records.ts';
import type { Report } from './problem.ts';

const assets = query(() => tables.selectFrom('assets').selectAll());

/** Every character by its row, and every file that one names by its hash. */
export function checkCharacters(db: ReadableDB, folder: string, report: Report): void {
  if (db.sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'characters'").get() === undefined) return;
  for (const row of everyCharacter(db))
    if (characterChecksum(row) !== row.checksum)
      report({ where: row.id, fault: fault('CHECK_CHARACTER', { name: row.name }) });
  for (const row of all(db, assets, {})) {
    const problem = problemOf(row, folder);
    if (problem !== null) report({ where: assetPath(folder, row.sha256), fault: fault('CHECK_ASSET', { problem }) });
  }
}

function problemOf(row: AssetRow, folder: string): 'missing' | 'changed' | null {
  const path = assetPath(folder, row.sha256);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'missing';
  const isSame = size === row.bytes && hash('sha256', readFileSync(path)) === row.sha256;
  return isSame && assetChecksum(row) === row.checksum ? null : 'changed';
}
