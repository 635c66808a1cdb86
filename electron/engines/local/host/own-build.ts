import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from '../../../../shared/faults/failure.ts';
import { BUILD, workerEntry } from './worker-entry.ts';

/** Where the library keeps its sources, where it unpacks them, and what was built of them. */
export interface LibraryFolder {
  readonly sources: string;
  readonly unpacked: string;
  readonly builds: string;
}
export function libraryFolder(): LibraryFolder {
  const folder = join(dirname(fileURLToPath(import.meta.resolve('node-llama-cpp'))), '..', 'llama');
  return {
    sources: join(folder, 'gitRelease.bundle'),
    unpacked: join(folder, 'llama.cpp'),
    builds: join(folder, 'localBuilds'),
  };
}

/** One of each is needed. A compiler is found by its build system on Windows. */
const TOOLS: readonly (readonly string[])[] = [
  ['git'],
  ['npm'],
  ['cmake'],
  ...(process.platform === 'win32' ? [] : [['c++', 'g++', 'clang++']]),
];
const ENDINGS = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];

/** What a build lacks here: programs by their names, and a file by its path. */
export function missingForBuild({ sources }: LibraryFolder, path = process.env['PATH'] ?? ''): string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const isThere = (name: string): boolean =>
    folders.some((folder) => ENDINGS.some((ending) => existsSync(join(folder, `${name}${ending}`))));
  const programs = TOOLS.filter((names) => !names.some(isThere)).map((names) => names.join(' / '));
  return existsSync(sources) ? programs : [...programs, sources];
}

/**
 * Builds the library of its own sources, for this processor, in a process of its own: it ends with the build loaded, so
 * one that does not work here is not kept. `begins` is called when nothing is missing for it. Rejects with BUILD_LACKS
 * or BUILD_FAILED.
 */
export async function buildEngine(begins: () => void, folder = libraryFolder(), entry = workerEntry()): Promise<void> {
  const missing = missingForBuild(folder);
  if (missing.length > 0) throw failure('BUILD_LACKS', { missing });
  begins();
  const builder = fork(entry, [BUILD], {
    stdio: ['ignore', 2, 2, 'ipc'],
    // The sources lie here: nothing is fetched.
    env: { ...process.env, GIT_ALLOW_PROTOCOL: 'file', NODE_LLAMA_CPP_SKIP_DOWNLOAD: undefined },
    execArgv: [],
  });
  const [code, signal] = (await once(builder, 'exit')) as [number | null, string | null];
  await rm(folder.unpacked, { recursive: true, force: true });
  if (code === 0) return;
  await forgetBuild(folder);
  throw failure('BUILD_FAILED', {}, { detail: signal ?? `exit code ${String(code)}` });
}

/** Which build is in use: another one has another stamp; null: the library that came with it. */
export const buildStamp = ({ builds }: LibraryFolder = libraryFolder()): number | null =>
  statSync(builds, { throwIfNoEntry: false })?.mtimeMs ?? null;

/** From the next start of the engine on it is the library that came with it. */
export const forgetBuild = ({ builds }: LibraryFolder = libraryFolder()): Promise<void> =>
  rm(builds, { recursive: true, force: true });
