import { spawnSync } from 'node:child_process';

const prlimit = (...args: readonly string[]) => spawnSync('prlimit', args, { encoding: 'utf8' });

/** Whether this system lets us take the disk from a process that runs. */
export const hasFailingDisks = prlimit('--version').status === 0;

function limit(pid: number, bytes: string): void {
  const { status, stderr } = prlimit('--pid', String(pid), `--fsize=${bytes}:`);
  if (status !== 0) throw new Error(stderr);
}

/** From now on the system refuses every write of this process into a file. */
export const failDisk = (pid: number): void => limit(pid, '0');
export const mendDisk = (pid: number): void => limit(pid, 'unlimited');
