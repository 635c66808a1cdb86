import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `silence` mounts, over a folder, a FUSE file system that says it is there and then answers nothing, as a share whose
 * server is gone; what it gives back ends that.
 */
const PRELUDE = `
  import { spawnSync } from 'node:child_process';
  import { closeSync, openSync, readSync, writeSync } from 'node:fs';
  function silence(folder) {
    const fuse = openSync('/dev/fuse', 'r+');
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
    const mounted = spawnSync('mount', ['-i', '-t', 'fuse', 'silent', folder, '-o', options], {
      stdio: ['ignore', 'ignore', 'inherit', fuse],
    });
    if (mounted.status !== 0) process.exit(1);
    const asked = Buffer.alloc(65_536);
    readSync(fuse, asked);
    // FUSE_INIT, answered as version 7.26 does: a header of 16 bytes, and 64 of which the first say all that is needed.
    const said = Buffer.alloc(80);
    said.writeUInt32LE(said.length, 0);
    asked.copy(said, 8, 8, 16);
    [7, 26, 65_536].forEach((value, at) => said.writeUInt32LE(value, 16 + 4 * at));
    said.writeUInt32LE(65_536, 36);
    writeSync(fuse, said);
    return () => {
      spawnSync('umount', ['-i', '-l', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
      closeSync(fuse);
    };
  }
  const disk = process.argv[2];
  silence(disk);
`;

/** Runs a module that has a `disk` which answers nothing, and answers with what it printed. */
export function onHangingDisk(module: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-silent-'));
  const file = `${folder}.mjs`;
  writeFileSync(file, PRELUDE + module);
  try {
    const { stdout, stderr } = spawnSync('unshare', ['-Urm', process.execPath, file, folder], {
      encoding: 'utf8',
      timeout: 120_000,
      killSignal: 'SIGKILL',
    });
    return stdout + stderr;
  } finally {
    rmSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** Whether this system lets us mount one. */
export const hasHangingDisks =
  existsSync('/dev/fuse') && onHangingDisk("console.log('mounted'); process.exit(0);").trim() === 'mounted';
