import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What is kept of this computer stays apart from that of the person who runs the tests.
process.env['PAPHOS_CONFIG'] ??= mkdtempSync(join(tmpdir(), 'paphos-config-'));

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,electron,renderer}/**/*.test.{ts,tsx}'],
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      // One at a time: these load models, and a child process or a page would measure its neighbours.
      {
        test: {
          name: 'integration',
          include: ['tests/{integration,crash}/**/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'model',
          include: ['tests/model/**/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['tests/gpu/**/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      // The real `electron` package downloads a binary when it is imported; these run the desktop against a stand-in.
      {
        resolve: { alias: { electron: at('tests/desktop/fake-electron.ts') } },
        test: { name: 'desktop', include: ['tests/desktop/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
});
