/** One prompt as it was read: `read` tokens behind `reused` ones, and the time until the first new token was there. */
export interface Reading {
  readonly read: number;
  readonly reused: number;
  readonly ms: number;
}

/** Each run counts a little less than the next. */
const FADING = 0.95;
/** How many runs' worth of doubt there is about a cost that does not come from the number of tokens. */
const DOUBT = 0.1;
/** A run that is further off than this share was disturbed by something else: it counts less. */
const DISTURBED = 0.2;
const ROUNDS = 4;
const SWEEPS = 100;

/** What time depends on: a run at all, each token, and each token that another one looks back at. */
const costsOf = ({ read, reused }: Pick<Reading, 'read' | 'reused'>): readonly number[] => [
  1,
  read,
  read * (reused + read / 2),
];
const TOKENS = 1;

/** Milliseconds until the first new token, learned from what reading took before (oldest first); null without any. */
export function readingTime(before: readonly Reading[], next: Pick<Reading, 'read' | 'reused'>): number | null {
  if (before.length === 0) return null;
  const age = (index: number): number => FADING ** (before.length - 1 - index);
  const shares = before.map((reading) => costsOf(reading).map((cost) => cost / reading.ms));
  const units = costsOf(next).map(
    (_, cost) =>
      shares.reduce((sum, share, index) => sum + age(index) * (share[cost] ?? 0), 0) /
      before.reduce((sum, _, index) => sum + age(index), 0),
  );
  const rows = shares.map((share) => share.map((value, cost) => value / (units[cost] ?? 1)));
  let weights = before.map((_, index) => age(index));
  let speed: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    speed = fit(rows, weights);
    weights = rows.map((row, index) => age(index) / Math.max(1, Math.abs(product(row, speed) - 1) / DISTURBED));
  }
  return product(
    costsOf(next).map((value, cost) => value / (units[cost] ?? 1)),
    speed,
  );
}

/** Least squares towards 1 for every row, no coefficient below zero, by coordinate descent. */
function fit(rows: readonly (readonly number[])[], weights: readonly number[]): readonly number[] {
  const sums = (of: (row: readonly number[]) => number): number =>
    rows.reduce((sum, row, index) => sum + (weights[index] ?? 0) * of(row), 0);
  const speed = [0, 1, 0];
  const wanted = speed.map((_, cost) => sums((row) => row[cost] ?? 0));
  const together = speed.map((_, a) =>
    speed.map((__, b) => sums((row) => (row[a] ?? 0) * (row[b] ?? 0)) + (a === b && a !== TOKENS ? DOUBT : 0)),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [cost, row] of together.entries()) {
      const others = product(row, speed) - (row[cost] ?? 0) * (speed[cost] ?? 0);
      speed[cost] = Math.max(0, ((wanted[cost] ?? 0) - others) / (row[cost] ?? 1));
    }
  }
  return speed;
}

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
