import { constants, setPriority } from 'node:os';

/** The page and the rest of the computer go first. Where it is not allowed, nothing is lost. */
export function lowerPriority(pid: number | null): void {
  if (pid === null || pid === process.pid) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    return;
  }
}
