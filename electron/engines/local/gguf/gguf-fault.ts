import { EngineFault } from '../engine-fault.ts';

/** `problem` goes on from "This model file". */
export function damaged(code: string, problem: string, detail?: string): EngineFault {
  return new EngineFault(
    code,
    `This model file ${problem}. It is damaged, or made in a way that Paphos does not know. Download it again, or choose another model.`,
    detail,
  );
}

export function truncated(detail?: string): EngineFault {
  return new EngineFault(
    'TRUNCATED',
    'This model file is cut off: the download did not finish, or the disk was full. Download it again.',
    detail,
  );
}
