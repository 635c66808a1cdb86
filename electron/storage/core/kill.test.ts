import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { faultsOf, newLibrary, startChild, STORE_WRITER, type Child } from '../../../tests/helpers/store-child.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { checkStore } from '../integrity/check.ts';

const KILLS = sizeOf(50, 1000);
/** Of one library; what it holds grows with each. */
const KILLS_EACH = 50;
const LIFE_MS = 160;
const random = seededRandom(SEED);

/** Lets a writer run until a random moment after its first acknowledgement, and gives what it had acknowledged. */
async function writeUntilKilled(writer: Child): Promise<readonly string[]> {
  writer.go();
  await writer.begun;
  await wait(random() * LIFE_MS);
  writer.kill();
  expect(await writer.ended, writer.complaint()).toBe('SIGKILL');
  return writer.said();
}

test(`whatever was acknowledged before each of ${KILLS} kills is there after it, seed ${SEED}`, async () => {
  let all = 0;
  for (let done = 0; done < KILLS; done += KILLS_EACH) {
    const chapterId = newId();
    const folder = newLibrary(chapterId);
    const start = () => startChild(STORE_WRITER, [folder, chapterId, String(Math.floor(random() * 2 ** 32))]);
    const acknowledged: string[] = [];
    let writer = start();
    for (let kill = 1; kill <= Math.min(KILLS_EACH, KILLS - done); kill += 1) {
      await writer.ready;
      const next = start();
      acknowledged.push(...(await writeUntilKilled(writer)));
      expect(checkStore(folder).problems, `kill ${String(kill)}`).toEqual([]);
      expect(faultsOf(folder, chapterId, acknowledged), `kill ${String(kill)}`).toEqual([]);
      writer = next;
    }
    writer.kill();
    await writer.ended;
    expect(checkStore(folder).problems).toEqual([]);
    rmSync(folder, { recursive: true });
    all += acknowledged.length;
  }
  // Some were there to be lost; how many depends on how busy the machine is.
  expect(all).toBeGreaterThan(4 * KILLS);
}, 3_600_000);
