import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { failure } from '../../shared/faults/failure.ts';
import { fileName } from '../studio/export/file-name.ts';

/** In the folder where the command runs, beside what is there already. */
export function freeName(title: string, ending: string): string {
  for (let number = 1; ; number += 1) {
    const file = resolve(fileName(number === 1 ? title : `${title} ${String(number)}`, ending));
    if (!existsSync(file)) return file;
  }
}

/** What stood in the file before stays until all of the new one is on the disk. */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const partial = `${file}.${String(process.pid)}.partial`;
  try {
    writeFileSync(partial, bytes, { flag: 'wx', flush: true });
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    const said = error instanceof Error && 'code' in error ? String(error.code) : 'nothing';
    throw failure('FILE_NOT_WRITTEN', { file, said }, { cause: error });
  }
}
