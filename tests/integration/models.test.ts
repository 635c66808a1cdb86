import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { openSession } from '../../electron/rpc/browser-session.ts';
import { openHttpDoor } from '../../electron/rpc/http.ts';
import { createRouter } from '../../electron/rpc/router.ts';
import { serveWebSocket } from '../../electron/rpc/websocket.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import { newId } from '../../shared/document/ids.ts';
import { newIds } from '../helpers/new-ids.ts';
import { connect, EMBEDDED_MODEL, engineReaches, lookedAtModels, serve, temporaryFolder } from '../helpers/server.ts';

const faultOf = async (work: Promise<unknown>): Promise<{ code: string; params: Record<string, unknown> }> =>
  work.then(
    () => {
      throw new Error('not refused');
    },
    (error: { data: { code: string; params: Record<string, unknown> } }) => error.data,
  );

test('models of the data folder, of --models and the demo are listed; bad ones say why and break nothing', async () => {
  const data = temporaryFolder('models');
  const extra = temporaryFolder('extra');
  mkdirSync(join(data, 'models'), { recursive: true });
  writeFileSync(join(data, 'models', 'no-model.gguf'), 'hello');
  writeFileSync(join(data, 'models', 'half.gguf'), readFileSync(EMBEDDED_MODEL).subarray(0, 500_000));
  copyFileSync(EMBEDDED_MODEL, join(extra, 'another.gguf'));
  let server = await serve({ data, models: extra });
  let { client, close } = await connect(server);
  const listed = await lookedAtModels(client);
  expect(listed.map((model) => model.name)).toEqual(['Pocket storyteller', 'another', 'half', 'no-model']);
  const [demo, another, half, none] = listed;
  expect(demo).toMatchObject({ demo: true, format: 'metharme', contextLength: 1024, fault: null });
  expect(another).toMatchObject({ demo: false, format: 'metharme', fault: null });
  expect(another?.evidence).toEqual({ code: 'BY_TEMPLATE', params: { of: 'all' } });
  expect(none?.fault).toMatchObject({ code: 'NOT_GGUF' });
  expect(half?.fault?.code).toBe('TRUNCATED');
  expect(JSON.stringify(listed)).not.toContain(extra);

  await engineReaches(client, ['ready']);
  for (const bad of [half, none])
    expect(await faultOf(client.models.load({ id: bad?.id ?? '', contextSize: null }))).toEqual(bad?.fault);
  expect((await engineReaches(client, ['ready'])).modelId).toBe(demo?.id);
  expect((await faultOf(client.models.load({ id: 'gone', contextSize: null }))).code).toBe('NO_MODEL');

  await client.models.setFormat({ id: another?.id ?? '', format: 'prose' });
  await client.models.load({ id: another?.id ?? '', contextSize: 512 });
  expect(await engineReaches(client, ['ready'])).toMatchObject({
    modelName: 'another',
    contextSize: 512,
    format: 'prose',
  });
  expect((await faultOf(client.models.setFormat({ id: another?.id ?? '', format: 'klingon' }))).code).toBe('NO_FORMAT');
  close();
  await server.stop();

  server = await serve({ data, models: extra });
  ({ client, close } = await connect(server));
  expect(await engineReaches(client, ['ready'])).toMatchObject({
    modelName: 'another',
    contextSize: 512,
    format: 'prose',
  });
  expect((await lookedAtModels(client))[1]).toMatchObject({ chosenFormat: 'prose', contextSize: 512 });
  close();
  await server.stop();
}, 90_000);

test('a folder of 679 models is listed at once, and what is in them is filled in', async () => {
  const folder = temporaryFolder('many');
  const [first = '', ...others] = Array.from({ length: 679 }, (_, n) => join(folder, `tale-${n}.gguf`));
  copyFileSync(EMBEDDED_MODEL, first);
  for (const other of others) linkSync(first, other);
  const server = await serve({ data: temporaryFolder('models'), models: folder });
  const { client, close } = await connect(server);
  await client.models.look();
  const isLookedInto = ({ architecture }: { architecture: string | null }): boolean => architecture !== null;
  let listed = await client.models.list();
  const atFirst = listed.filter(isLookedInto).length;
  expect(listed).toHaveLength(680);
  expect(atFirst).toBeLessThan(100);
  const signal = AbortSignal.timeout(30_000);
  for await (const _ of await client.models.changes(undefined, { signal })) {
    listed = await client.models.list();
    if (listed.filter(isLookedInto).length > atFirst) break;
  }
  expect(listed).toHaveLength(680);
  close();
  await server.stop();
}, 60_000);

test('where no model is, nothing is written or planned, and the fault says so', async () => {
  const data = temporaryFolder('no-model');
  const studio = await createStudio({ dataDir: data, modelsDir: null, resourcesDir: data, startEngine: forkEngine() });
  const onClient = serveWebSocket(createRouter(studio.services), studio);
  const door = await openHttpDoor({ session: openSession(data), pages: data, port: 0, onClient, assetFor: () => null });
  const { client, close } = await connect(door);
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const at = { chapterId: chapter?.id ?? '', turnId: null, offset: null };
  expect((await faultOf(client.writing.plan(at))).code).toBe('NO_ENGINE');
  await client.writing.hold({ storyId: story?.id ?? '' });
  const ids = newIds();
  await client.writing.generate({ ...ids, ...at, kind: 'reply' });
  const events = await client.writing.follow({ generationId: ids.generationId, afterSeq: 0 });
  let last;
  for await (const event of events) last = event;
  expect(last).toMatchObject({ type: 'done', fault: { code: 'NO_ENGINE' } });
  // What it has seen once it says at once.
  expect((await faultOf(client.writing.generate({ ...newIds(), ...at, kind: 'reply' }))).code).toBe('NO_ENGINE');
  close();
  await door.close();
  await studio.close();
});

test('the ledger of a long chapter names every turn, and counts those outside in idle time', async () => {
  const server = await serve({ data: temporaryFolder('ledger') });
  const { client, close } = await connect(server);
  await engineReaches(client, ['ready']);
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Long', chapterId, turnId });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  const ids = Array.from({ length: 200 }, () => newId());
  const words = 'The keeper of the lamp walked down to the harbour and counted the boats. '.repeat(3);
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      { op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: 'You are a keeper.' },
      { op: 'setRole', turnId, role: 'system', marked: true },
      ...ids.map((id, index) => ({
        op: 'insert' as const,
        after: ids[index - 1] ?? turnId,
        as: 'chain' as const,
        turn: {
          id,
          role: index % 2 === 0 ? ('user' as const) : ('model' as const),
          speaker: null,
          marked: true,
          text: words,
        },
      })),
    ],
  });
  const plan = () => client.writing.plan({ chapterId, turnId: ids[198] ?? null, offset: null });
  const ledger = await plan();
  expect(ledger.segments.map((segment) => segment.source.id)).toEqual([turnId, ...ids.slice(0, 199)]);
  expect(ledger.segments[0]).toMatchObject({ placement: 'in', reason: 'head' });
  expect(ledger.segments.at(-1)).toMatchObject({ placement: 'in', reason: 'recent' });
  expect(ledger.segments[1]).toMatchObject({ placement: 'out', reason: 'older' });
  const inside = ledger.segments
    .filter((segment) => segment.placement !== 'out')
    .reduce((sum, segment) => sum + (segment.tokens ?? 0), 0);
  expect(inside + ledger.overhead).toBe(ledger.total);
  expect(ledger.total + ledger.reserve).toBeLessThanOrEqual(ledger.contextSize);
  await expect
    .poll(async () => (await plan()).segments.every((segment) => segment.tokens !== null), {
      timeout: 15_000,
      interval: 1500,
    })
    .toBe(true);
  close();
  await server.stop();
}, 60_000);

test('a model that loaded is ready, also where the store does not take what is remembered of it', async () => {
  const data = temporaryFolder('forgets');
  const server = await serve({ data });
  const { client, close } = await connect(server);
  const [demo] = await lookedAtModels(client);
  await engineReaches(client, ['ready']);
  const store = new DatabaseSync(join(data, 'store.db'));
  store.exec("CREATE TRIGGER refuses BEFORE INSERT ON models BEGIN SELECT RAISE(ABORT, 'no'); END");
  await client.models.load({ id: demo?.id ?? '', contextSize: 512 });
  expect(await engineReaches(client, ['ready', 'failed'])).toMatchObject({ state: 'ready', contextSize: 512 });
  store.exec('DROP TRIGGER refuses');
  store.close();
  close();
  await server.stop();
  expect(readFileSync(join(data, 'logs', 'paphos.log'), 'utf8')).toContain('model.remember');
});
