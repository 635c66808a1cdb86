import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What an engine keeps in its cache folder, so that it starts sooner the next time; all of it can be made again. */
export const engineCache = (dataDir: string): string => join(dataDir, 'cache');

/**
 * Whether it is there now. Only its last part is made: a data folder that was moved away, or whose drive has gone, gets
 * nothing in its place.
 */
export function makeCache(cache: string): boolean {
  try {
    mkdirSync(cache);
    return true;
  } catch {
    return existsSync(cache);
  }
}

/** Compiled code of JavaScript, by Node's own names. */
export const compiledCode = (cache: string): string => join(cache, 'code');

const TESTED = /^tested-[\da-f]{64}\.json$/;
/** The mark that the engine's library has passed its self-test on exactly this machine, with exactly these files. */
export const passMark = (cache: string, circumstances: string): string =>
  join(cache, `tested-${createHash('sha256').update(circumstances).digest('hex')}.json`);

/** An engine ended that nobody had ended: its library is tested again at the next start. */
export async function forgetSelfTests(cache: string): Promise<void> {
  try {
    for (const name of await readdir(cache)) if (TESTED.test(name)) await rm(join(cache, name), { force: true });
  } catch {
    // Without a folder nothing is remembered; with one that cannot be written, nothing was.
  }
}
