import { expect, test } from 'vitest';
import { readEnvironment } from './env.ts';

test('what is not said, or is no number, is as if it were not there', () => {
  for (const nothing of [
    {},
    { PAPHOS_THREADS: '', PAPHOS_MEMORY_MB: 'much', PAPHOS_PROMPT_CHUNK: '-1', PAPHOS_GPU: '1' },
  ]) {
    const env = readEnvironment(nothing);
    expect(env).toMatchObject({ dataDir: null, gpu: true, memory: null, promptChunk: null });
    expect(env.threads).toBeGreaterThanOrEqual(1);
  }
});

test('what is said is taken in our own units', () => {
  expect(
    readEnvironment({
      PAPHOS_DATA: '/stories',
      PAPHOS_CONFIG: '/settings',
      PAPHOS_THREADS: '3',
      PAPHOS_GPU: '0',
      PAPHOS_MEMORY_MB: '560',
      PAPHOS_PROMPT_CHUNK: '128',
    }),
  ).toEqual({ dataDir: '/stories', configDir: '/settings', threads: 3, gpu: false, memory: 560e6, promptChunk: 128 });
});
