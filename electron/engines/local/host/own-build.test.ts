import { existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildEngine, buildStamp, forgetBuild, type LibraryFolder, missingForBuild } from './own-build.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'paphos-own-build-'));
const TOOLS = ['git', 'npm', 'cmake', 'clang++'];
const path = process.env['PATH'];
let library: LibraryFolder;
let tools: string;

beforeEach(() => {
  const folder = newFolder();
  library = { sources: join(folder, 'sources'), unpacked: join(folder, 'unpacked'), builds: join(folder, 'builds') };
  writeFileSync(library.sources, '');
  for (const made of [library.unpacked, library.builds]) mkdirSync(made);
  tools = newFolder();
  for (const name of TOOLS) writeFileSync(join(tools, process.platform === 'win32' ? `${name}.exe` : name), '');
  process.env['PATH'] = tools;
});
afterEach(() => {
  process.env['PATH'] = path;
});

/** A builder that ends so. */
function endsBy(code: string): string {
  const file = join(newFolder(), 'builder.mjs');
  writeFileSync(file, code);
  return file;
}

test('what a build needs is looked for, each program and the sources, and named where it is missing', () => {
  expect(missingForBuild(library, [newFolder(), tools].join(delimiter))).toEqual([]);
  const compiler = process.platform === 'win32' ? [] : ['c++ / g++ / clang++'];
  expect(missingForBuild(library, '')).toEqual(['git', 'npm', 'cmake', ...compiler]);
  const sources = join(library.builds, 'absent');
  expect(missingForBuild({ ...library, sources }, tools)).toEqual([sources]);
});

test('nothing is begun where something is missing', async () => {
  process.env['PATH'] = '';
  const ran = join(library.builds, 'ran');
  const builder = endsBy(`import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(ran)}, '');`);
  await expect(buildEngine(() => undefined, library, builder)).rejects.toMatchObject({
    fault: { code: 'BUILD_LACKS' },
  });
  expect(existsSync(ran)).toBe(false);
  expect(existsSync(library.builds)).toBe(true);
});

test.each([
  ['fails', 'process.exit(3)', 'exit code 3'],
  ...(process.platform === 'win32' ? [] : [['ends its process', "process.kill(process.pid, 'SIGILL')", 'SIGILL']]),
])('a build that %s is not kept', async (_how, code = '', detail = '') => {
  await expect(buildEngine(() => undefined, library, endsBy(code))).rejects.toMatchObject({
    fault: { code: 'BUILD_FAILED', detail },
  });
  expect(existsSync(library.builds)).toBe(false);
});

test('a build that works is kept, until it is not wanted any longer; it may fetch nothing', async () => {
  const code = "process.exit(process.env.GIT_ALLOW_PROTOCOL === 'file' ? 0 : 1)";
  await buildEngine(() => undefined, library, endsBy(code));
  expect([existsSync(library.builds), existsSync(library.unpacked)]).toEqual([true, false]);
  expect(buildStamp(library)).toBe(statSync(library.builds).mtimeMs);
  await forgetBuild(library);
  expect([existsSync(library.builds), buildStamp(library)]).toEqual([false, null]);
  await forgetBuild(library);
});
