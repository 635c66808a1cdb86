import { expect, test } from 'vitest';
import { longTurn, saveCosts, typeFor } from '../../../tests/helpers/typing-hour.ts';

const MB = 1_000_000;

test('an hour of typing in a chapter of 100,000 words adds at most 5 MB', () => {
  const turn = longTurn(100_000);
  const { grown, most } = typeFor(turn, 3600);
  console.log(`typing hour: ${(grown / MB).toFixed(2)} MB in the end, ${(most / MB).toFixed(2)} MB at most`);
  expect(grown).toBeLessThanOrEqual(5 * MB);
  expect(most).toBeLessThanOrEqual(5 * MB);
  turn.end();
}, 300_000);

test('saving a keystroke costs the same in a turn of 100,000 words as in one of 1,000', () => {
  const [long, short] = [longTurn(100_000), longTurn(1000)];
  // The quietest of three: what else the machine does in one of them is no cost of a save.
  const costs = Array.from({ length: 3 }, () => saveCosts(long, short, 150));
  for (const cost of costs)
    console.log(`save: ${cost.long.toFixed(3)} ms in 100,000 words, ${cost.short.toFixed(3)} ms in 1,000`);
  expect(Math.min(...costs.map((cost) => cost.long / cost.short))).toBeLessThanOrEqual(1.5);
  long.end();
  short.end();
}, 60_000);
