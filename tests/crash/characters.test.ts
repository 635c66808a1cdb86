import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { checkStore } from '../../electron/storage/integrity/check.ts';
import { everyCharacter } from '../../electron/storage/repositories/character-records.ts';
import { newId } from '../../shared/document/ids.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';
import { newLibrary, startChild } from '../helpers/store-child.ts';

const KILLS = sizeOf(5, 40);
const LIFE_MS = 900;
const WRITER = new URL('../helpers/character-writer.ts', import.meta.url);

test(`after each of ${KILLS} kills every acknowledged edit of a character is there, and no row without its file, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  const folder = newLibrary(newId());
  const said = new Map<string, string>();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const writer = startChild(WRITER, [folder, String(kill)]);
    await writer.ready;
    writer.go();
    await writer.begun;
    await wait(random() * LIFE_MS);
    writer.kill();
    expect(await writer.ended, writer.complaint()).toBe('SIGKILL');
    for (const line of writer.said()) {
      const [id = '', name = ''] = line.split(' ');
      said.set(id, name);
    }
    expect(checkStore(folder).problems, `kill ${String(kill)}`).toEqual([]);
    const { db, close } = openStore(folder);
    const stored = new Map(everyCharacter(db).map(({ id, name }) => [id, name]));
    close();
    // What was written last may be stored and not said.
    const lost = [...said].filter(([id, name]) => !follows(stored.get(id), name));
    expect(lost, `kill ${String(kill)}`).toEqual([]);
    for (const [id, name] of stored) said.set(id, name);
  }
  rmSync(folder, { recursive: true });
  expect(said.size).toBeGreaterThan(KILLS);
}, 600_000);

/** The name that was said last, or the one after it. */
function follows(stored: string | undefined, said: string): boolean {
  const edit = (name: string): number => Number(name.split('.')[2] ?? -1);
  return stored === said || (stored !== undefined && edit(stored) === edit(said) + 1);
}
