/**
 * A studio closes in this time: a saved state and, beside it, a backup of 4 s each, and threads that are given 3 s to
 * end. Whatever hangs longer, what was acknowledged is stored.
 */
export const CLOSE_WITHIN_MS = 8000;

/** Closes one part after the other, each whatever became of the others; throws what went wrong first. */
export async function closeEach(parts: readonly (() => unknown)[], failed: (error: unknown) => void): Promise<void> {
  const errors: unknown[] = [];
  for (const close of parts)
    try {
      await close();
    } catch (error) {
      errors.push(error);
      failed(error);
    }
  if (errors.length > 0) throw errors[0];
}
