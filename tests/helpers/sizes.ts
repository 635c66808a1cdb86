/** A run may be one of several that share the cases among them: `2/4` is the second of four. */
const [shard = 1, shards = 1] = (process.env['PAPHOS_SHARD'] ?? '1/1').split('/').map(Number);

/**
 * How many cases a test runs: few with every commit, all of them by `npm run deep` and `npm run crash -- --nightly`.
 */
export const sizeOf = (each: number, deep: number): number =>
  process.env['PAPHOS_DEEP'] === '1' ? Math.ceil(deep / shards) : each;

/**
 * Rotates by commit (bin/runners.mjs sets and prints it), so that every commit looks somewhere else. A test that fails
 * prints it too.
 */
export const SEED = Number.parseInt(process.env['PAPHOS_SEED'] ?? '1', 10) + shard - 1;
