import { existsSync, rmSync, statSync } from 'node:fs';
import { backupsFolder } from '../backups/backup-files.ts';
import type { WritableDB } from '../core/handle.ts';
import { forgetUnused, listAssetContents } from '../repositories/assets.ts';
import { assetPath, assetsFolder, listAssetFiles } from './asset-files.ts';

/** So long a file stays that nothing names. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/**
 * Removes the files that no character, and no kept backup, has named for 30 days. Before anything is imported: what is
 * written has no row for a moment.
 */
export function collectAssets(db: WritableDB, dataDir: string, now = Date.now()): void {
  const folder = assetsFolder(dataDir);
  if (!existsSync(folder)) return;
  const inBackups = assetsFolder(backupsFolder(dataDir));
  forgetUnused(db, now, now - KEPT_MS);
  const named = new Set(listAssetContents(db).map(({ sha256 }) => sha256));
  for (const { name, path } of listAssetFiles(folder)) {
    if (named.has(name) || existsSync(assetPath(inBackups, name))) continue;
    if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > KEPT_MS) rmSync(path, { force: true });
  }
}
