import { expect, test } from 'vitest';
import { DEFAULT_HARDWARE } from '../../../shared/settings/hardware.ts';
import { differentSetup } from './setup.ts';

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
