import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import type { InferenceHost } from '../../electron/engines/local/protocol.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { createCrashes } from '../../electron/studio/models/model-crashes.ts';
import { createEngine, type Engine } from '../../electron/studio/models/loaded-engine.ts';
import { readEnvironment } from '../../electron/env.ts';
import { createJobs, type Jobs } from '../../electron/studio/jobs/jobs.ts';
import { openLog } from '../../electron/log/log.ts';
import { createFingerprints } from '../../electron/studio/models/fingerprints.ts';
import { createFolders } from '../../electron/studio/models/folders.ts';
import { createModelRegistry } from '../../electron/studio/models/model-registry.ts';
import { createModels, type Models } from '../../electron/studio/models/models.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PlanRequest } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';

/** One model file after another under the same name, of the same size, as a download that is repeated. */
const FILES = [1, 2, 3].map((seed) => makeModel({ size: 'small', seed }));
const format =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const data = temporaryFolder('replaced');
const place = join(data, 'models', 'mine.gguf');
const store = openStore(data);
const dropped: string[] = [];
let restMinutes: number | null = null;
let engine: Engine;
let host: InferenceHost;
let jobs: Jobs;
let models: Models;

function put(path: string): void {
  copyFileSync(path, `${place}.download`);
  renameSync(`${place}.download`, place);
}

beforeAll(async () => {
  mkdirSync(join(data, 'models'));
  put(FILES[0] ?? '');
  const crashes = createCrashes(store.db);
  host = createInferenceHost(forkEngine());
  engine = createEngine(() => host, {
    crashes,
    restMinutes: () => restMinutes,
    onReply: () => undefined,
  });
  const env = { ...readEnvironment(), dataDir: data, modelsDir: null, resourcesDir: data };
  const log = openLog(join(data, 'logs'));
  jobs = createJobs({ db: store.db, log });
  const context = { db: store.db, engine, jobs, log, env };
  const folders = createFolders();
  models = createModels(context, {
    crashes,
    fingerprints: createFingerprints(context, folders),
    registry: createModelRegistry(context, null, [join(data, 'models')], folders),
    folders,
    demo: null,
    survey: () => {
      throw new Error('nobody asks');
    },
    beforeChange: async () => {
      dropped.push(engine.current()?.sha256 ?? 'gone');
    },
  });
  const [model] = await models.list();
  await models.load({ id: model?.id ?? '', contextSize: 512 });
});
afterAll(async () => {
  await jobs.close();
  await engine.close();
  store.close();
});

const known = async (path: string): Promise<void> => {
  await expect.poll(() => engine.current()?.sha256, { timeout: 10_000 }).toBe(hashOf(path));
};
const plan: PlanRequest = {
  format,
  open: false,
  reserve: 16,
  contextSize: 512,
  cut: null,
  turns: [{ id: 'u', role: 'user', speaker: null, text: 'the rain in the north '.repeat(10) }],
};
const write = () =>
  engine.host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens: 3, seed: 1 } }).done;

async function whenDead(): Promise<void> {
  process.kill(host.pid ?? expect.fail('there is no process'), 'SIGKILL');
  await expect.poll(() => engine.current()).toBeNull();
}
async function whenResting(): Promise<void> {
  restMinutes = 0.001;
  engine.restAnew();
  await expect.poll(() => host.pid).toBeNull();
  restMinutes = null;
}

test.each([
  ['its process died', whenDead, 0],
  ['it rested', whenResting, 1],
] as const)(
  'a file that took the place of another while %s is another model, and goes on from nothing that the other has read',
  async (_when, goAway, index) => {
    const [before = '', after = ''] = FILES.slice(index);
    await known(before);
    await write();
    const state = { path: join(data, 'state'), sha256: hashOf(before) };
    expect((await host.work<'save'>({ type: 'save', request: { ...state, plan } })).bytes).toBeGreaterThan(1000);
    const drops = dropped.length;
    await goAway();
    put(after);

    const ready = await models.readyForReply();
    expect(dropped.slice(drops)).toEqual(['gone']);
    expect([null, hashOf(after)]).toContain(ready.sha256);
    for (const sha256 of [ready.sha256, null, hashOf(before)])
      await expect(host.work({ type: 'restore', request: { ...state, sha256 } }), String(sha256)).rejects.toMatchObject(
        { fault: { code: 'STATE' } },
      );
    expect(await write()).toMatchObject({ stats: { reusedTokens: 0, tokens: 3 } });
    await known(after);
  },
);

test('a file that is replaced just as its process starts again is not taken for the old one', async () => {
  await whenDead();
  put(FILES[0] ?? '');
  await expect(write()).rejects.toMatchObject({
    fault: { code: 'REPLACED' },
  });
  await models.readyForReply();
  expect((await write()).stats.tokens).toBe(3);
  await known(FILES[0] ?? '');
});

test('a file that was taken away is missed in words', async () => {
  await whenDead();
  rmSync(place);
  await expect(models.readyForReply()).rejects.toMatchObject({ fault: { code: 'NO_MODEL' } });
  put(FILES[0] ?? '');
  await models.readyForReply();
  expect((await write()).stats.tokens).toBe(3);
});
