import type { FaultCode, FaultParams } from '../../shared/faults/catalogue.ts';
import { fault, FaultError } from '../../shared/faults/failure.ts';

/** The command line is not understood: a mistake of its writer, which ends with another code than a failure. */
export class UsageError extends FaultError {}

export const usage = <C extends Extract<FaultCode, `USAGE_${string}`>>(code: C, params: FaultParams[C]): UsageError =>
  new UsageError(fault(code, params));

export function numberOption(
  name: string,
  given: string | undefined,
  low: number,
  high: number,
  whole = true,
): number | null {
  if (given === undefined) return null;
  const value = Number(given);
  if (
    given.trim() === '' ||
    !Number.isFinite(value) ||
    value < low ||
    value > high ||
    (whole && !Number.isInteger(value))
  ) {
    throw usage('USAGE_NUMBER', { name, given, low, high, whole });
  }
  return value;
}
