import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { checkStore } from '../../electron/storage/integrity/check.ts';
import { newId } from '../../shared/document/ids.ts';
import { buildDiskShim, preloaded, type Listening } from '../helpers/power-cut/disk-shim.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';
import { faultsOf, newLibrary, startChild, STORE_WRITER } from '../helpers/store-child.ts';

const POINTS = sizeOf(6, 200);
const WORDS = 80;
/** Of Linux. */
const ERRORS = { EIO: 5, ENOSPC: 28 };
const shim = buildDiskShim();
const random = seededRandom(SEED);

interface Run {
  readonly ended: number | string | null;
  readonly said: readonly string[];
  readonly complaint: string;
  readonly wrong: readonly string[];
  readonly calls: number;
}

/** A writer to its end, on a disk that fails so; then its library is looked into and opened. */
async function write(library: string, fault?: Listening['fault']): Promise<Run> {
  const chapterId = newId();
  const folder = newLibrary(chapterId);
  const calls = join(folder, 'calls');
  const writer = startChild(
    STORE_WRITER,
    [folder, chapterId, String(Math.floor(random() * 2 ** 32)), String(WORDS)],
    preloaded({ library, folder, calls, ...(fault === undefined ? {} : { fault }) }),
  );
  writer.go();
  const ended = await writer.ended;
  const said = writer.said();
  const wrong = [
    ...checkStore(folder).problems.map(({ fault: problem }) => problem.code),
    ...faultsOf(folder, chapterId, said),
    ...checkStore(folder).problems.map(({ fault: problem }) => problem.code),
  ];
  const made = fault === undefined ? Number(readFileSync(calls, 'utf8')) : 0;
  rmSync(folder, { recursive: true });
  return { ended, said, complaint: writer.complaint(), wrong, calls: made };
}

describe.skipIf(shim === null)(`a disk that fails in one call or in some, seed ${SEED}`, () => {
  const library = shim ?? '';

  test.each(Object.entries(ERRORS))(
    `%s: what was acknowledged is there, in ${POINTS} places`,
    async (_, errno) => {
      const { calls } = await write(library);
      let written = 0;
      for (let point = 0; point < POINTS; point += 2) {
        const runs = [0, 1].map(async () => {
          const first = 1 + Math.floor(random() * calls);
          const last = first + Math.floor(random() ** 3 * 60);
          const run = await write(library, { errno, first, last });
          return { ...run, where: `calls ${String(first)} to ${String(last)}` };
        });
        for (const { ended, said, complaint, wrong, where } of await Promise.all(runs)) {
          expect(wrong, where).toEqual([]);
          // One that cannot open its library says so, and has acknowledged nothing.
          if (said.length === 0) expect(complaint, where).toContain('FaultError');
          else expect(ended, `${where}: ${complaint}`).toBe(0);
          written += said.length;
        }
      }
      expect(written).toBeGreaterThan((POINTS * WORDS) / 3);
    },
    3_600_000,
  );
});
