import { FaultError } from '../../../shared/faults/failure.ts';
import { isStorageFault } from '../core/storage-fault.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';

/** Something that is not as it was saved; `where` names the thing. */
export interface Problem {
  readonly where: string;
  readonly fault: StudioFault;
}

/** What SQLite said, not what a person who writes is told of it. */
export function saidBy(error: unknown): string {
  const told = isStorageFault(error) && error instanceof FaultError ? error.cause : error;
  return told instanceof Error ? told.message : String(told);
}

export type Report = (problem: Problem) => void;
