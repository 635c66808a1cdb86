import type { StudioFault } from './studio-fault.ts';
import type { FaultCode, FaultParams } from './catalogue.ts';
import { sentenceOf } from './sentence.ts';

/** A fault of the catalogue as data. `detail`: for the curious, never needed to understand it. */
export function fault<C extends FaultCode>(code: C, params: FaultParams[C], detail?: string): StudioFault {
  return detail === undefined ? { code, params: { ...params } } : { code, params: { ...params }, detail };
}

/** A fault that can be thrown. Its message is the sentence, for logs and consoles. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly fault: StudioFault;

  constructor(told: StudioFault, cause?: unknown) {
    super(sentenceOf(told), cause === undefined ? undefined : { cause });
    this.fault = told;
  }
}

export function failure<C extends FaultCode>(
  code: C,
  params: FaultParams[C],
  more: { readonly detail?: string | undefined; readonly cause?: unknown } = {},
): FaultError {
  return new FaultError(fault(code, params, more.detail), more.cause);
}

/** The fault in anything that was thrown; what carries none is a defect and is said to be one. */
export function faultOf(error: unknown): StudioFault {
  if (error instanceof FaultError) return error.fault;
  return fault('INTERNAL', {}, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
