import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_HARDWARE } from '../../shared/settings/hardware.ts';
import { makeModel } from '../helpers/model-maker.ts';
import {
  connect,
  type Connection,
  engineReaches,
  lookedAtModels,
  serve,
  type Server,
  temporaryFolder,
} from '../helpers/server.ts';

const data = temporaryFolder('hardware');
let server: Server;
let studio: Connection;
const start = async (env: Record<string, string>): Promise<void> => {
  server = await serve({ data, env });
  studio = await connect(server);
};
beforeAll(async () => {
  mkdirSync(join(data, 'models'));
  copyFileSync(makeModel(), join(data, 'models', 'tiny.gguf'));
  await start({ PAPHOS_GPU: '0', PAPHOS_PROMPT_CHUNK: '' });
});
afterAll(async () => {
  studio.close();
  await server.stop();
});

const tiny = async () => {
  const model = (await lookedAtModels(studio.client)).find(({ name }) => name === 'tiny');
  if (model === undefined) throw new Error('the model is not listed');
  return model;
};
const refusal = async (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: { data: { code: string; params: Record<string, unknown> } }) => error.data,
  );

test('a prompt chunk is measured once, and how a model is loaded is remembered with it', async () => {
  const { id } = await tiny();
  await studio.client.models.load({ id, contextSize: 2048 });
  const first = (await engineReaches(studio.client, ['ready'])).hardware;
  // A quarter of a million parameters read any chunk in far less than 200 ms.
  expect(first).toMatchObject({ promptChunk: 512, gpuLayers: 0, exact: true, vram: null, warning: null });
  await studio.client.models.load({
    id,
    contextSize: 2048,
    hardware: { ...DEFAULT_HARDWARE, promptChunk: 64, keyCache: 'q8_0' },
  });
  const second = (await engineReaches(studio.client, ['ready'])).hardware;
  expect(second).toMatchObject({ promptChunk: 64, exact: false });
  expect(second?.memory.ram).toBeLessThan(first?.memory.ram ?? 0);
  expect((await tiny()).hardware).toMatchObject({ promptChunk: 64, keyCache: 'q8_0' });

  studio.close();
  await server.stop();
  await start({ PAPHOS_GPU: '0', PAPHOS_PROMPT_CHUNK: '' });
  expect((await tiny()).hardware).toMatchObject({ promptChunk: 64, keyCache: 'q8_0' });
});

test('what will not fit is known before, refused with a way out, and loaded if the person insists', async () => {
  studio.close();
  await server.stop();
  // The rest of the computer keeps 537 MB of these.
  await start({ PAPHOS_GPU: '0', PAPHOS_MEMORY_MB: '560' });
  const { id } = await tiny();
  const { estimate } = await studio.client.models.survey({ id, contextSize: 65_536, hardware: DEFAULT_HARDWARE });
  expect(estimate).toMatchObject({ verdict: 'less', contextSize: 65_536 });
  expect(estimate.offered).toBeGreaterThan(512);
  expect(await refusal(studio.client.models.load({ id, contextSize: 65_536 }))).toMatchObject({
    code: 'MEMORY',
    params: { contextSize: 65_536, offered: expect.any(Number) as unknown },
  });
  await studio.client.models.load({ id, contextSize: estimate.offered });
  expect((await engineReaches(studio.client, ['ready'])).contextSize).toBe(estimate.offered);
  await studio.client.models.load({ id, contextSize: 65_536, anyway: true });
  expect((await engineReaches(studio.client, ['ready'])).contextSize).toBe(65_536);
});
