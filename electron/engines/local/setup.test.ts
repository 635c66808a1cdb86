import { expect, test } from 'vitest';
import { DEFAULT_HARDWARE } from '../../../shared/settings/hardware.ts';
import { circumstancesOf, differentSetup } from './setup.ts';

test('what would make another reply is told, and the number of threads is not', () => {
  const now = { promptChunk: 128, hardware: DEFAULT_HARDWARE };
  const more = { ...now, hardware: { ...DEFAULT_HARDWARE, threads: 7 } };
  expect(differentSetup(now, more)).toEqual([]);
  const other = { promptChunk: 64, hardware: { ...DEFAULT_HARDWARE, keyCache: 'q8_0', lookup: true } };
  expect(differentSetup(other, now)).toEqual([
    { of: 'promptChunk', once: 64, now: 128 },
    { of: 'keyCache' },
    { of: 'lookup' },
  ]);
  expect(differentSetup(now, { ...now, ownBuild: true })).toEqual([{ of: 'build' }]);
  expect(differentSetup({ promptChunk: 128, hardware: null }, other)).toEqual([
    { of: 'promptChunk', once: 128, now: 64 },
  ]);
});

test('a prompt chunk is measured anew for another file, setting or build of the library, and for nothing else', () => {
  const machine = { threads: 2, gpu: false, memory: null, promptChunk: null };
  const file = { bytes: 10, modifiedAt: 1 };
  const on = circumstancesOf(DEFAULT_HARDWARE, machine, file, null);
  expect(circumstancesOf({ ...DEFAULT_HARDWARE, lookup: true }, machine, file, null)).toBe(on);
  const others = [
    circumstancesOf({ ...DEFAULT_HARDWARE, keyCache: 'q8_0' }, machine, file, null),
    circumstancesOf(DEFAULT_HARDWARE, machine, { ...file, modifiedAt: 2 }, null),
    circumstancesOf(DEFAULT_HARDWARE, machine, file, 1000),
    circumstancesOf(DEFAULT_HARDWARE, machine, file, 2000),
  ];
  expect(new Set([on, ...others]).size).toBe(5);
});
