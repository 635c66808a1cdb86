import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Builds the library that listens between a process and the system (disk-shim.c), with the compiler of this machine.
 * Null where there is none, or no Linux: it says so.
 */
export function buildDiskShim(): string | null {
  const library = join(mkdtempSync(join(tmpdir(), 'paphos-shim-')), 'disk-shim.so');
  const source = join(import.meta.dirname, 'disk-shim.c');
  const built = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, source], {
    encoding: 'utf8',
  });
  if (process.platform === 'linux' && built.status === 0) return library;
  // oxlint-disable-next-line no-console
  console.error(
    `SKIPPED: what a power cut leaves, because ${process.platform === 'linux' ? `there is no C compiler (apt-get install gcc): ${built.stderr ?? String(built.error)}` : 'only Linux can listen to a process so'}.`,
  );
  return null;
}

/** What a preloaded process is told by its environment. */
export interface Listening {
  readonly library: string;
  readonly folder: string;
  readonly log?: string;
  /** Where it writes how many calls there were. */
  readonly calls?: string;
  /** The calls, counted from 1, that fail with that number of the system, or (`kill`) that it does not live to make. */
  readonly fault?: { readonly errno: number | 'kill'; readonly first: number; readonly last: number };
}

const SIGKILL = 9;

export const preloaded = ({ library, folder, log, calls, fault }: Listening): Record<string, string> => ({
  LD_PRELOAD: library,
  PAPHOS_DISK_FOLDER: folder,
  ...(log === undefined ? {} : { PAPHOS_DISK_LOG: log }),
  ...(calls === undefined ? {} : { PAPHOS_DISK_CALLS: calls }),
  ...(fault === undefined
    ? {}
    : {
        PAPHOS_DISK_FAULT: [fault.errno === 'kill' ? -SIGKILL : fault.errno, fault.first, fault.last].join(' '),
      }),
});
