import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-uncaught-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

test.each([
  ['uncaughtException', "setTimeout(() => { throw new TypeError('The lamp went out.'); });"],
  ['unhandledRejection', "void Promise.reject(new TypeError('The lamp went out.'));"],
])('%s: ends the process as ever, and is in the log', (origin, act) => {
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { openLog } from ${url('log.ts')};
    import { logUncaught } from ${url('log-uncaught.ts')};
    logUncaught(openLog(${JSON.stringify(folder)}));
    ${act}`,
  );
  expect(spawnSync(process.execPath, [program]).status).toBe(1);
  const lines = readFileSync(join(folder, 'paphos.log'), 'utf8');
  expect(lines).toMatch(new RegExp(`error process\\.${origin} .*TypeError.*program\\.mjs`));
  expect(lines).not.toContain('lamp');
});
