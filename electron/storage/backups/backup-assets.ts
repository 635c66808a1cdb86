import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assetsFolder, carryAsset, listAssetFiles, type AssetContent } from '../assets/asset-files.ts';
import { readStore } from '../core/read-store.ts';
import { listAssetContents } from '../repositories/assets.ts';
import { listBackups } from './backup-files.ts';

/** Stores before characters know of none. */
const assetsIn = (file: string): readonly AssetContent[] =>
  readStore(file, (db) =>
    db.sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'assets'").get() === undefined
      ? []
      : listAssetContents(db),
  );

/** Everything that a store names is also in another folder of assets, where it was in one. */
export function carryAssets(file: string, from: string, to: string): void {
  for (const content of assetsIn(file)) carryAsset(from, to, content);
}

/** Removes from a folder of backups the files that none of its backups names. Where one cannot be read, nothing. */
export function sweepAssets(folder: string): void {
  const assets = listAssetFiles(assetsFolder(folder));
  if (assets.length === 0) return;
  try {
    const named = new Set(
      listBackups(folder).flatMap(({ name }) => assetsIn(join(folder, name)).map(({ sha256 }) => sha256)),
    );
    for (const { name, path } of assets) if (!named.has(name)) rmSync(path, { force: true });
  } catch {
    // Another time, when it can be read.
  }
}
