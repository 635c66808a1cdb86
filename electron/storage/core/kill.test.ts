import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { checkStore } from '../integrity/check.ts';
import { openStore } from './open.ts';
import { createStory } from '../repositories/stories.ts';
import { readTree } from '../repositories/turns.ts';

const KILLS = sizeOf(5, 20);
const random = seededRandom(SEED);
const writer = fileURLToPath(new URL('../../../tests/helpers/store-writer.ts', import.meta.url));

/**
 * Lets a writer run until a random moment after its first acknowledgement, kills it, and gives what it had
 * acknowledged.
 */
async function writeUntilKilled(folder: string, chapterId: string): Promise<string[]> {
  const child = spawn(process.execPath, [writer, folder, chapterId, String(Math.floor(random() * 2 ** 32))], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let failed = '';
  const started = new Promise<void>((resolve) =>
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      resolve();
    }),
  );
  child.stderr.on('data', (bytes: Buffer) => (failed += bytes.toString()));
  const ended = once(child, 'close');
  await Promise.race([started, ended]);
  await wait(random() * 300);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal, failed).toBe('SIGKILL');
  return said
    .slice(0, said.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
}

test(`whatever was acknowledged before each of ${KILLS} kills is there after it, seed ${SEED}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-kill-'));
  const chapterId = newId();
  const first = openStore(folder);
  createStory(first.db, { id: newId(), title: 'Killed', chapterId, turnId: newId() });
  first.close();
  const acknowledged: string[] = [];
  for (let i = 0; i < KILLS; i += 1) {
    acknowledged.push(...(await writeUntilKilled(folder, chapterId)));
    expect(checkStore(folder).problems).toEqual([]);
    const store = openStore(folder);
    const texts = [...readTree(store.db, chapterId, { texts: 'all' }).turns.values()].map((turn) => turn.text).join('');
    const stored = new Set(texts.match(/<[\d.]+>/g));
    expect(acknowledged.filter((word) => !stored.has(word))).toEqual([]);
    store.close();
  }
  expect(checkStore(folder).problems).toEqual([]);
  // Some were there to be lost; how many depends on how busy the machine is.
  expect(acknowledged.length).toBeGreaterThan(20);
  rmSync(folder, { recursive: true });
}, 120_000);
