import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BEAT_EVERY_MS, BEAT_WITHIN_MS, startHeartbeat } from './heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection that answers until it is cut. */
function connection() {
  let isCut = false;
  const asked: number[] = [];
  return {
    asked,
    cut: () => {
      isCut = true;
    },
    beat: (): Promise<void> => {
      asked.push(Date.now());
      return isCut ? new Promise(() => undefined) : Promise.resolve();
    },
  };
}

test('an end that is gone is noticed in 10 s, whenever it goes, and told once', async () => {
  for (let cutAt = 500; cutAt <= 3 * BEAT_EVERY_MS; cutAt += 500) {
    const { beat, cut } = connection();
    const lost: number[] = [];
    const stop = startHeartbeat(beat, () => lost.push(Date.now()));
    await vi.advanceTimersByTimeAsync(cutAt);
    cut();
    const gone = Date.now();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lost).toHaveLength(1);
    expect((lost[0] ?? Infinity) - gone).toBeLessThan(10_000);
    stop();
  }
});

test('an end that answers is never given up', async () => {
  const { beat, asked } = connection();
  const lost = vi.fn<() => void>();
  const stop = startHeartbeat(beat, lost);
  await vi.advanceTimersByTimeAsync(10 * BEAT_EVERY_MS);
  expect(lost).not.toHaveBeenCalled();
  expect(asked).toHaveLength(10);
  stop();
});

test('once stopped it asks no more and leaves no timer, also in the middle of a question', async () => {
  const { beat, asked, cut } = connection();
  const lost = vi.fn<() => void>();
  const waiting = startHeartbeat(beat, lost);
  waiting();
  expect(vi.getTimerCount()).toBe(0);
  const asking = startHeartbeat(beat, lost);
  cut();
  await vi.advanceTimersByTimeAsync(BEAT_EVERY_MS);
  expect(asked).toHaveLength(1);
  asking();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(2 * BEAT_WITHIN_MS);
  expect(lost).not.toHaveBeenCalled();
});
