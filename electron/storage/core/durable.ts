import { closeSync, fsyncSync, openSync } from 'node:fs';

export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** After a rename: the name is on the disk too. Windows knows no such thing. */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') syncFile(path);
}
