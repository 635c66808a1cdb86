/** One measured figure. `goal` null: printed for the record. `ratio`-like figures compare both sides in one run. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string | null;
  readonly ok: boolean | null;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
export const atMost = (name: string, value: number, unit: string, goal: number): Result => ({
  name,
  value: rounded(value),
  unit,
  goal: `<= ${goal}`,
  ok: value <= goal,
});
export const atLeast = (name: string, value: number, unit: string, goal: number): Result => ({
  name,
  value: rounded(value),
  unit,
  goal: `>= ${goal}`,
  ok: value >= goal,
});
export const noted = (name: string, value: number, unit: string): Result => ({
  name,
  value: rounded(value),
  unit,
  goal: null,
  ok: null,
});

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A table for people, then one line of JSON. */
export function report(bench: string, results: readonly Result[]): void {
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, value, unit, goal, ok } of results)
    console.log(
      `${name.padEnd(width)}  ${String(value).padStart(9)} ${unit.padEnd(9)} ${(goal ?? '').padEnd(9)} ${ok === null ? '' : ok ? 'ok' : 'MISSED'}`,
    );
  console.log(JSON.stringify({ bench, results }));
}
