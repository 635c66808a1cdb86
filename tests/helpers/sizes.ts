/** How many cases a test runs: few with every commit, all of them by `npm run deep`. */
export const sizeOf = (each: number, deep: number): number => (process.env['PAPHOS_DEEP'] === '1' ? deep : each);

/**
 * Rotates by commit (bin/suites.mjs sets and prints it), so that every commit looks somewhere else. A test that fails
 * prints it too.
 */
export const SEED = Number.parseInt(process.env['PAPHOS_SEED'] ?? '1', 10);
