import { basename, dirname, join } from 'node:path';

/**
 * The file that an inference process or an inspecting thread starts from: beside this one in the sources, in the output
 * folder once built.
 */
export function workerEntry(): string {
  const here = import.meta.filename;
  if (here.endsWith('.ts')) return join(dirname(dirname(here)), 'worker', 'main.ts');
  const folder = basename(dirname(here)) === 'chunks' ? dirname(dirname(here)) : dirname(here);
  return join(folder, 'worker', 'main.js');
}

/** Said to that file instead of a cache folder: it builds the library, and ends. */
export const BUILD = '--build-library';
