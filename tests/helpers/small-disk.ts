import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In a namespace of its own, so that nothing of it outlives the script. */
const SCRIPT = 'mount -t tmpfs -o size="$1" paphos "$2" && shift 2 && exec "$@"';
const inside = (folder: string, kib: number, command: readonly string[]) =>
  spawnSync('unshare', ['-Urm', 'sh', '-c', SCRIPT, 'sh', `${String(kib)}k`, folder, ...command], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

const madeFolder = (): string => mkdtempSync(join(tmpdir(), 'paphos-disk-'));

/** Whether this system lets us mount a disk of our own. */
export const hasSmallDisks = (() => {
  const folder = madeFolder();
  try {
    return inside(folder, 64, ['true']).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

const PRELUDE = `
  import { spawnSync } from 'node:child_process';
  import { appendFileSync, rmSync, statSync, truncateSync } from 'node:fs';
  import { join } from 'node:path';
  const disk = process.argv[2];
  const fill = () => {
    for (const bytes of [4096, 1]) try { for (;;) appendFileSync(join(disk, 'filler'), Buffer.alloc(bytes)); } catch {}
  };
  const makeRoom = () => rmSync(join(disk, 'filler'), { force: true });
  const readOnly = () => spawnSync('mount', ['-o', 'remount,ro', disk]);
`;

/** Runs a module that has a small `disk` for itself, which it can `fill`, and answers with what it printed. */
export function onSmallDisk(module: string, { kib }: { readonly kib: number }): string {
  const folder = madeFolder();
  const file = `${folder}.mjs`;
  writeFileSync(file, PRELUDE + module);
  try {
    const { stdout, stderr } = inside(folder, kib, [process.execPath, file, folder]);
    return stdout + stderr;
  } finally {
    rmSync(file);
    rmSync(folder, { recursive: true });
  }
}
