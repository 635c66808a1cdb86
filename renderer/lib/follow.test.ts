import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lostConnection } from '../../tests/helpers/lost-connection.ts';
import { StudioRefusal } from '../../tests/helpers/memory-studio.ts';
import { follow } from './follow.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Follows streams that each bring these values and then break. */
async function followed(onValue: (value: string) => void, ...streams: (readonly [values: string, end: Error])[]) {
  const end = new AbortController();
  const faults: string[] = [];
  async function* stream() {
    const next = streams.shift();
    if (next === undefined) return end.abort();
    yield* next[0];
    throw next[1];
  }
  const done = follow({
    open: async () => stream(),
    onValue,
    onFault: ({ code }) => faults.push(code),
    signal: end.signal,
  });
  await vi.advanceTimersByTimeAsync(5000);
  await done;
  return faults;
}

test('a stream is opened again after each lost connection; another fault is told besides', async () => {
  const heard: string[] = [];
  const faults = await followed(
    (value) => heard.push(value),
    ['a', lostConnection()],
    ['b', new StudioRefusal('IO')],
    ['c', lostConnection()],
  );
  expect(heard).toEqual(['a', 'b', 'c']);
  expect(faults).toEqual(['IO']);
});

test('a value that the page fails at is logged, and those behind it are heard all the same', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const heard: string[] = [];
  const faults = await followed(
    (value) => {
      if (value === 'b') throw new TypeError('x is not a function');
      heard.push(value);
    },
    ['abc', lostConnection()],
  );
  expect(heard).toEqual(['a', 'c']);
  expect(logged).toHaveBeenCalledTimes(1);
  expect(faults).toEqual([]);
});
