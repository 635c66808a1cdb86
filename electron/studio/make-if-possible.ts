import { mkdirSync } from 'node:fs';

/**
 * Makes a folder that a studio can do without. One that cannot be made, as where it is a link to a drive that is not
 * there, is as good as empty.
 */
export function makeIfPossible(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
}
