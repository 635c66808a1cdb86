import { readdirSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { cpus, hostname, release } from 'node:os';
import { dirname, join } from 'node:path';
import { DRIVER_VARIABLES } from '../driver-variables.ts';
import { makeCache, passMark } from '../host/engine-cache.ts';

/** The library's own: it loads the binary in a process of its own and asks for its devices, for half a second. */
export type SelfTest = (binary: string, backends: string | undefined, gpu: string | false) => Promise<boolean>;

/**
 * The same test, once per machine and version: a pass is remembered until a file of the binary, the machine or its
 * system is another one, or an engine ended by itself (`forgetSelfTests`). What failed is tried again.
 */
export function rememberedSelfTest(test: SelfTest, cache: string): SelfTest {
  return async (binary, backends, gpu) => {
    const circumstances = circumstancesOf(binary, backends, gpu);
    const mark = passMark(cache, circumstances);
    if (existsSync(mark)) return true;
    const passed = await test(binary, backends, gpu);
    if (passed) remember(cache, mark, circumstances);
    return passed;
  };
}

function circumstancesOf(binary: string, backends: string | undefined, gpu: string | false): string {
  const folders = [dirname(binary), ...(backends === undefined ? [] : [backends])];
  return JSON.stringify({
    gpu,
    folders,
    files: folders.flatMap(stampsIn),
    versions: [process.versions.node, process.versions['electron'] ?? null],
    machine: [hostname(), process.platform, process.arch, release(), cpus()[0]?.model],
    drivers: DRIVER_VARIABLES.map((name) => process.env[name] ?? null),
  });
}

const stampsIn = (folder: string): (string | number)[][] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [join(folder, name), size, mtimeMs];
    });

function remember(cache: string, mark: string, circumstances: string): void {
  try {
    makeCache(cache);
    writeFileSync(mark, circumstances);
  } catch {
    // Tested again the next time.
  }
}
