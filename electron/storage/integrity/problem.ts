import type { StudioFault } from '../../../shared/faults/studio-fault.ts';

/** Something that is not as it was saved; `where` names the thing. */
export interface Problem {
  readonly where: string;
  readonly fault: StudioFault;
}
export type Report = (problem: Problem) => void;
