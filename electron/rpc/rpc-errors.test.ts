import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failure } from '../../shared/faults/failure.ts';
import { openLog, type Log } from '../log/log.ts';
import { faultInterceptors } from './rpc-errors.ts';

let folder = '';
let log: Log;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-gate-'));
  log = openLog(folder);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  log.close();
  rmSync(folder, { recursive: true });
});

async function call(thrown: Error): Promise<void> {
  const [intercept] = faultInterceptors(log);
  await expect(intercept?.({ path: ['chapters', 'open'], next: () => Promise.reject(thrown) })).rejects.toHaveProperty(
    'data',
  );
}

test('a defect in a call is in the log, with the call and its place but not what its message quotes', async () => {
  await call(new TypeError('The lamp went out.'));
  expect(log.tail()).toEqual([
    expect.stringMatching(/error call\.failed .*"call":"chapters\.open".*TypeError.*rpc-errors\.test\.ts/),
  ]);
  expect(log.tail().join('')).not.toContain('lamp');
});

test('what is refused in words is no defect', async () => {
  await call(failure('NO_TURN', { turnId: 'x' }));
  expect(log.tail()).toEqual([]);
});
