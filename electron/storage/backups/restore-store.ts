import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { failure } from '../../../shared/faults/failure.ts';
import { assetsFolder } from '../assets/asset-files.ts';
import { secure } from '../core/connection.ts';
import { assertReadable, upgrade } from '../core/migrate.ts';
import { checkFile, type Progress } from '../integrity/check.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { preparedFile, removePrepared } from '../core/restored-file.ts';
import { syncFile } from '../core/durable.ts';
import { carryAssets } from './backup-assets.ts';
import { backupsFolder } from './backup-files.ts';

/** What is of this computer rather than of the library stays as it is. */
const STAYS = ['jobs', 'models', 'found_models'] as const;
const STAYING_SETTINGS = "scope IN ('studio', 'interface', 'speed') OR scope LIKE 'model:%'";

/**
 * Makes a store of a backup beside the one in use: looked into, brought to the newest schema, with what belongs to this
 * computer taken over from the present store, where that can be read. It takes a while: never in main's way.
 */
export function prepareRestore(
  { dataDir, name }: { readonly dataDir: string; readonly name: string },
  progress?: Progress,
): void {
  const file = join(backupsFolder(dataDir), name);
  if (!existsSync(file)) throw failure('BACKUP_GONE', { name });
  if (checkFile(file, progress).length > 0) throw failure('BACKUP_NOT_WHOLE', { name });
  const prepared = preparedFile(dataDir);
  removePrepared(dataDir);
  try {
    copyFileSync(file, prepared);
    const sqlite = new Database(prepared);
    try {
      assertReadable(sqlite, file, MIGRATIONS.at(-1)?.version ?? 0);
      secure(sqlite);
      upgrade(sqlite, MIGRATIONS);
      keepOwn(sqlite, join(dataDir, 'store.db'));
    } finally {
      sqlite.close();
    }
    syncFile(prepared);
    carryAssets(prepared, assetsFolder(backupsFolder(dataDir)), assetsFolder(dataDir));
  } catch (error) {
    removePrepared(dataDir);
    throw error;
  }
}

function keepOwn(restored: Database.Database, present: string): void {
  // ATTACH would make one.
  if (!existsSync(present)) return;
  try {
    restored.prepare('ATTACH ? AS present').run(present);
  } catch {
    // A store that cannot be read is often why one is restored.
    return;
  }
  try {
    restored.transaction(() => {
      for (const table of STAYS)
        restored.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM present.${table}`);
      restored.exec(`DELETE FROM settings WHERE ${STAYING_SETTINGS}`);
      restored.exec(`INSERT INTO settings SELECT * FROM present.settings WHERE ${STAYING_SETTINGS}`);
    })();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
  restored.exec('DETACH present');
}
