import { hash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFile, syncFolder } from '../core/durable.ts';

/** What is known of a file by its hash. */
export interface AssetContent {
  readonly sha256: string;
  readonly bytes: number;
}

/** Beside a store, wherever that is: a library, its backups, a copy. */
export const assetsFolder = (storeFolder: string): string => join(storeFolder, 'assets');

export const assetPath = (folder: string, sha256: string): string => join(folder, sha256.slice(0, 2), sha256);

/** After this the file is on the disk under its hash, whatever happens; only then may a row name it. */
export function writeAsset(folder: string, bytes: Uint8Array): AssetContent {
  const sha256 = hash('sha256', bytes);
  const path = assetPath(folder, sha256);
  if (isThere(path, bytes.length)) {
    // Nobody has asked for it for long, perhaps: from now on somebody does.
    utimesSync(path, new Date(), new Date());
    return { sha256, bytes: bytes.length };
  }
  makePlace(folder, path);
  const partial = `${path}.${String(process.pid)}.partial`;
  try {
    writeFileSync(partial, bytes, { mode: 0o600, flush: true });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
  return { sha256, bytes: bytes.length };
}

const isThere = (path: string, bytes: number): boolean => statSync(path, { throwIfNoEntry: false })?.size === bytes;

function makePlace(folder: string, path: string): void {
  for (const place of [folder, dirname(path)]) {
    if (existsSync(place)) continue;
    mkdirSync(place, { mode: 0o700 });
    syncFolder(dirname(place));
  }
}

/** The same file in another folder of assets, as a link where the disk allows. False where there is none to carry. */
export function carryAsset(from: string, to: string, { sha256, bytes }: AssetContent): boolean {
  const [source, target] = [assetPath(from, sha256), assetPath(to, sha256)];
  if (isThere(target, bytes)) return true;
  if (!isThere(source, bytes)) return false;
  makePlace(to, target);
  rmSync(target, { force: true });
  try {
    linkSync(source, target);
  } catch {
    const partial = `${target}.partial`;
    copyFileSync(source, partial);
    syncFile(partial);
    renameSync(partial, target);
  }
  syncFolder(dirname(target));
  return true;
}

/** The hashes that have a file in a folder of assets, and with them what was left half. */
export function listAssetFiles(folder: string): { readonly name: string; readonly path: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: first }) =>
      readdirSync(join(folder, first)).map((name) => ({ name, path: join(folder, first, name) })),
    );
}
