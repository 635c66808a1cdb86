import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import type { InferenceHost } from '../../electron/engines/local/protocol.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { listChapters } from '../../electron/storage/repositories/chapters.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { createStory, removeStory } from '../../electron/storage/repositories/stories.ts';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { createReadAhead, type ReadAhead } from '../../electron/studio/writing/read-ahead.ts';
import { createRestoredStates } from '../../electron/studio/writing/restored-states.ts';
import { createCrashes } from '../../electron/studio/models/model-crashes.ts';
import { createEngine, type Engine } from '../../electron/studio/models/loaded-engine.ts';
import { createSettings } from '../../electron/studio/settings/settings.ts';
import { openStateFolder, type StateFolder } from '../../electron/studio/writing/state-folder.ts';
import { newId } from '../../shared/document/ids.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_HARDWARE } from '../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';

const data = temporaryFolder('kept-states');
const { db, close } = openStore(data);
const format =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();
let engine: Engine;
let host: InferenceHost;
let ahead: ReadAhead;
let folder: StateFolder;

const load = () =>
  engine.load({
    id: 'm',
    name: 'Made',
    options: { path: makeModel({ size: 'small' }), contextSize: 4096, threads: 1, gpu: false },
    hardware: DEFAULT_HARDWARE,
    format,
    sha256: null,
    bytes: 1,
    modifiedAt: 1,
  });
const files = (): string[] => readdirSync(join(data, 'state'));

beforeAll(() => {
  host = createInferenceHost(forkEngine());
  engine = createEngine(() => host, {
    crashes: createCrashes(db),
    restMinutes: () => null,
    onReply: () => undefined,
  });
  ahead = createReadAhead({
    db,
    engine,
    settings: createSettings({ db, engine }, () => DEFAULT_SAMPLING),
    dataDir: data,
    keepsStates: () => true,
  });
  folder = openStateFolder(data);
});
beforeEach(load);
afterAll(async () => {
  ahead.close();
  await engine.close();
  close();
});

/** A chapter with something to read; it is opened, and has been read when this ends. */
async function chapterThatIsRead(): Promise<{ storyId: string; chapterId: string }> {
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  createStory(db, { id: storyId, title: 'Kept', chapterId, turnId });
  const { structureRev, turns } = readTree(db, chapterId, { texts: 'none' });
  applyChange(db, {
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      {
        op: 'setText',
        turnId,
        version: turns.get(turnId)?.version ?? 0,
        at: 0,
        del: 0,
        ins: `${chapterId} ${'the rain in the north '.repeat(100)}`,
      },
    ],
  });
  const before = (await readAhead()).readAhead;
  ahead.touched(chapterId);
  await expect.poll(async () => (await readAhead()).readAhead, { timeout: 10_000 }).toBeGreaterThan(before);
  return { storyId, chapterId };
}
async function readAhead() {
  for await (const status of engine.watch()) return status;
  throw new Error('no status');
}

test('what is removed while it is being saved does not come back', async () => {
  for (let round = 0; round < 3; round++) {
    const { storyId } = await chapterThatIsRead();
    const chapters = listChapters(db, storyId);
    const saving = ahead.save();
    while (files().length === 0) await delay(0);
    expect(files()[0]).toMatch(/unfinished$/);
    removeStory(db, storyId);
    for (const { id } of chapters) await ahead.forget(id);
    await saving;
    expect(files()).toEqual([]);
  }
});

test('a state with which a process ended before it had done anything else is put aside, any other is kept', async () => {
  const kill = (): void => {
    process.kill(host.pid ?? expect.fail('there is no process'), 'SIGKILL');
  };
  const { chapterId } = await chapterThatIsRead();
  const path = folder.pathOf(chapterId, 'm');
  await ahead.save();
  expect(existsSync(path)).toBe(true);

  await folder.tidy();
  const restored = createRestoredStates(engine, folder);
  await restored.bring(path, null);
  restored.proven();
  kill();
  await expect.poll(() => engine.current()).toBeNull();
  await restored.died('CRASH');
  expect(existsSync(path)).toBe(true);

  await load();
  const bringing = restored.bring(path, null);
  kill();
  await bringing;
  expect(existsSync(path)).toBe(false);
});
