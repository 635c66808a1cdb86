/** The command line is not understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

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
    throw new UsageError(
      `--${name} must be ${whole ? 'a whole number' : 'a number'} from ${String(low)} to ${String(high)}; “${given}” is not.`,
    );
  }
  return value;
}
