import type { StudioFault } from '../../shared/contract/common.ts';

/** Something that the studio will not or cannot do, in words for the person. */
export class StudioError extends Error {
  readonly fault: StudioFault;
  constructor(code: string, message: string, detail?: string) {
    super(message);
    this.name = 'StudioError';
    this.fault = detail === undefined ? { code, message } : { code, message, detail };
  }
}

const isFault = (value: unknown): value is StudioFault =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  typeof value.code === 'string' &&
  'message' in value &&
  typeof value.message === 'string';

/** Errors that are faults themselves. */
const THEMSELVES = new Set(['StorageFault', 'PromptFault', 'DocumentFault']);

/** The fault inside any error: the store's, the engine's and ours carry one; the rest is a defect and is said to be one. */
export function faultOf(error: unknown): StudioFault {
  if (error instanceof Error && 'fault' in error && isFault(error.fault)) return error.fault;
  if (error instanceof Error && THEMSELVES.has(error.name) && isFault(error))
    return {
      code: error.code,
      message: error.message,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    };
  return {
    code: 'INTERNAL',
    message:
      'Something inside Paphos went wrong. What was saved is safe; try again, and restart Paphos if it happens twice.',
    detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}
