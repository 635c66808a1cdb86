import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from './commands.ts';

const paphos = (...args: string[]) => spawnSync(process.execPath, ['bin/paphos.mjs', ...args], { encoding: 'utf8' });
const named = (text: string, names: RegExp): string[] => [...text.matchAll(names)].map(([, name = '']) => name);

const { stdout: help } = paphos('help');

test('every command can be called, and stands in the help', () => {
  // What has to be there before anything is built is no part of what is built.
  const built = named(help, /^ {2}paphos ([\w-]+)/gm).filter((name) => !['start', 'build', 'bench'].includes(name));
  expect(built.toSorted()).toEqual([...COMMANDS.keys()].toSorted());
});

test.each(['README.md', 'docs/user-guide.md', 'docs/verify.md'])('%s promises no other command', (file) => {
  for (const name of named(readFileSync(file, 'utf8'), /npx paphos (\w+(?:-\w+)*)/g))
    expect(COMMANDS.has(name), name).toBe(true);
});

test('where nothing to build with is, the engine’s library is not built, and it is said what is missing', () => {
  const cli = spawnSync(process.execPath, ['electron/cli.ts', 'build-engine'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: '' },
  });
  expect(cli.status).toBe(1);
  expect(cli.stderr).toMatch(/^Paphos: .* cannot be built here\. What is missing: git, npm, cmake/);
});

test('what is asked for help does nothing else', () => {
  expect(paphos('export', '--help')).toMatchObject({ stdout: help, status: 0 });
});
