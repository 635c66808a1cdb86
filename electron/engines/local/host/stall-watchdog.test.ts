import { expect, test } from 'vitest';
import { TEMPO } from './tempo.ts';
import { StallWatchdog, type Pace } from './stall-watchdog.ts';
import type { FromEngine } from '../protocol.ts';

const chunk: FromEngine = { type: 'prompt', id: 1, done: 128, total: 512, reused: 0 };
const newWatchdog = (pace: Pace): StallWatchdog => new StallWatchdog('generate', pace, TEMPO);

/** For how many seconds it waits. */
function limit(watchdog: StallWatchdog): number {
  let pings = 0;
  while (watchdog.wait()) pings++;
  return (pings * TEMPO.pingMs) / 1000;
}

function shown(pace: Pace, ...pauses: readonly number[]): StallWatchdog {
  const watchdog = newWatchdog(pace);
  watchdog.hear(chunk);
  for (const pause of pauses) {
    for (let second = 0; second < pause; second += TEMPO.pingMs / 1000) watchdog.wait();
    watchdog.hear(chunk);
  }
  return watchdog;
}

test('the first step has minutes, the next ones twenty seconds', () => {
  expect(limit(newWatchdog({ slowest: 0 }))).toBe(300);
  expect(limit(shown({ slowest: 0 }, 2, 0, 1))).toBe(40);
  expect(limit(shown({ slowest: 0 }, 0, 0))).toBe(20);
});

test('a slow model has as long as twenty of its slowest steps, in every request from then on', () => {
  const pace = { slowest: 0 };
  expect(limit(shown(pace, 6, 2))).toBe(120);
  expect(limit(shown(pace, 0))).toBe(120);
  expect(limit(newWatchdog(pace))).toBe(300);
});

test('what is said before the first chunk is no step, and a load has minutes to its end', () => {
  const asked = newWatchdog({ slowest: 0 });
  asked.hear({ ...chunk, done: 100, reused: 100 });
  expect(limit(asked)).toBe(300);
  const load = new StallWatchdog('load', { slowest: 0 }, TEMPO);
  load.hear({ type: 'progress', id: 1, value: 1 });
  expect(limit(load)).toBe(300);
});
