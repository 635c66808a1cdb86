import { readFileSync } from 'node:fs';
import { newIds } from '../helpers/new-ids.ts';
import { expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import type { GenerationEvent } from '../../shared/contract/writing.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { childrenOf, connect, engineReaches, serve, temporaryFolder, type StudioClient } from '../helpers/server.ts';

const refusal = async (work: Promise<unknown>): Promise<{ code: string }> =>
  work.then(
    () => {
      throw new Error('not refused');
    },
    (error: { data: { code: string } }) => error.data,
  );

async function newStory(client: StudioClient): Promise<{ chapterId: string; turnId: string }> {
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Dies', chapterId, turnId });
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens: 900 } });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: 'Tell me a long story.' }],
  });
  return { chapterId, turnId };
}

/** An engine may be there before it has a model. */
const hasModelOpen = (pid: number): boolean => readFileSync(`/proc/${pid}/maps`, 'utf8').includes('.gguf');

test.skipIf(process.platform !== 'linux')(
  'the engine dies in the middle of a reply: told at once, the text stays, the next Reply works',
  async () => {
    const server = await serve({ data: temporaryFolder('engine-death') });
    const { client, close } = await connect(server);
    await engineReaches(client, ['ready']);
    const { chapterId, turnId } = await newStory(client);

    const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
    const events: GenerationEvent[] = [];
    let killedAt = 0;
    for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 })) {
      events.push(event);
      if (event.type === 'text' && killedAt === 0) {
        killedAt = performance.now();
        for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      }
    }
    expect(performance.now() - killedAt).toBeLessThan(2000);
    const done = events.at(-1);
    if (done?.type !== 'done') throw new Error('no end');
    expect(done.reason).toBe('error');
    expect(done.fault).toMatchObject({ code: 'CRASH', params: { killed: true } });
    const streamed = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
    const stored = await client.chapters.open({ id: chapterId });
    expect(stored.turns.find((turn) => turn.id === start.turnId)?.text).toBe(streamed);
    const status = await engineReaches(client, ['stopped']);
    expect(status.fault).toEqual(done.fault);

    const next = await client.writing.generate({
      ...newIds(),
      chapterId,
      kind: 'retry',
      turnId: start.turnId,
      offset: null,
    });
    for await (const event of await client.writing.follow({ generationId: next.generationId, afterSeq: 0 })) {
      if (event.type === 'text') break;
      expect(['waiting', 'reading']).toContain(event.type);
    }
    await client.writing.stop({ generationId: next.generationId });
    await engineReaches(client, ['ready']);
    close();
    await server.stop();
  },
  60_000,
);

test.skipIf(process.platform !== 'linux')(
  'the engine is killed while the first model loads, and again while one that was chosen does: the next Reply starts it',
  async () => {
    const server = await serve({ data: temporaryFolder('killed-in-load') });
    const { client, close } = await connect(server);
    const killInLoad = async (): Promise<void> => {
      await expect.poll(() => childrenOf(server), { timeout: 20_000, interval: 2 }).toHaveLength(1);
      // The one that waits for its first model would otherwise die before it gets it, or have it already.
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGSTOP');
      await engineReaches(client, ['loading']);
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      expect((await engineReaches(client, ['stopped', 'failed'])).state).toBe('stopped');
      await expect.poll(() => childrenOf(server)).toEqual([]);
    };
    await killInLoad();
    const { chapterId, turnId } = await newStory(client);
    const replies = async (): Promise<void> => {
      const { generationId } = await client.writing.generate({
        ...newIds(),
        chapterId,
        kind: 'reply',
        turnId,
        offset: null,
      });
      const types = [];
      for await (const event of await client.writing.follow({ generationId, afterSeq: 0 })) {
        types.push(event.type);
        if (event.type === 'text') await client.writing.stop({ generationId });
      }
      expect(types).toContain('text');
    };
    await replies();

    const { modelId } = await engineReaches(client, ['ready']);
    for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
    await engineReaches(client, ['stopped']);
    const chosen = refusal(client.models.load({ id: modelId ?? '', contextSize: 512, again: true }));
    await killInLoad();
    expect((await chosen).code).toBe('CRASH');
    await replies();
    expect((await engineReaches(client, ['ready'])).contextSize).toBe(512);
    close();
    await server.stop();
  },
  60_000,
);

test.skipIf(process.platform !== 'linux')(
  'an engine that stands still in a reply heeds no stop: it is ended, the status says so, the text stays, the next Reply works',
  async () => {
    const server = await serve({ data: temporaryFolder('engine-stands') });
    const { client, close } = await connect(server);
    await engineReaches(client, ['ready']);
    const { chapterId, turnId } = await newStory(client);
    const [child] = childrenOf(server);
    if (child === undefined) throw new Error('there is no engine');

    const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
    const events: GenerationEvent[] = [];
    let stoppedAt = 0;
    for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 })) {
      events.push(event);
      if (event.type !== 'text' || stoppedAt > 0) continue;
      process.kill(child, 'SIGSTOP');
      stoppedAt = performance.now();
      await client.writing.stop({ generationId: start.generationId });
    }
    expect(performance.now() - stoppedAt).toBeLessThan(12_000);
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'stopped', fault: null });
    const streamed = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
    expect((await client.chapters.open({ id: chapterId })).turns.find((turn) => turn.id === start.turnId)?.text).toBe(
      streamed,
    );
    expect(await engineReaches(client, ['stopped', 'ready'])).toMatchObject({
      state: 'stopped',
      fault: { code: 'UNHEEDED' },
    });
    expect(childrenOf(server)).toEqual([]);

    const next = await client.writing.generate({
      ...newIds(),
      chapterId,
      kind: 'retry',
      turnId: start.turnId,
      offset: null,
    });
    for await (const event of await client.writing.follow({ generationId: next.generationId, afterSeq: 0 }))
      if (event.type === 'text') break;
    await client.writing.stop({ generationId: next.generationId });
    expect((await engineReaches(client, ['ready'])).fault).toBeNull();
    close();
    await server.stop();
  },
  60_000,
);

test.skipIf(process.platform !== 'linux')(
  'a model that ended the engine twice is put aside with a word, also after a restart, and can be tried again',
  async () => {
    const data = temporaryFolder('aside');
    let server = await serve({ data });
    let { client, close } = await connect(server);
    const { modelId: id } = await engineReaches(client, ['ready']);
    const load = (again: boolean) => client.models.load({ id: id ?? '', contextSize: null, again });
    const faultOfModel = async () => (await client.models.list()).find((model) => model.id === id)?.fault ?? null;
    const { chapterId, turnId } = await newStory(client);
    const endEngine = async (): Promise<void> => {
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      await engineReaches(client, ['stopped']);
    };

    await endEngine();
    expect(await faultOfModel()).toBeNull();
    const reply = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
    for await (const event of await client.writing.follow({ generationId: reply.generationId, afterSeq: 0 }))
      if (event.type === 'text') await endEngine();
    expect(await faultOfModel()).toMatchObject({
      code: 'ASIDE',
    });
    expect(
      (
        await refusal(
          client.writing.generate({ ...newIds(), chapterId, kind: 'retry', turnId: reply.turnId, offset: null }),
        )
      ).code,
    ).toBe('ASIDE');
    close();
    await server.stop();

    server = await serve({ data });
    ({ client, close } = await connect(server));
    expect((await engineReaches(client, ['failed'])).fault?.code).toBe('ASIDE');
    expect((await refusal(load(false))).code).toBe('ASIDE');
    expect(childrenOf(server).filter(hasModelOpen)).toEqual([]);
    const told: GenerationEvent[] = [];
    for await (const event of await client.writing.follow({ generationId: reply.generationId, afterSeq: 99 }))
      told.push(event);
    const stored = (await client.chapters.open({ id: chapterId })).turns.find((turn) => turn.id === reply.turnId)?.text;
    expect(told).toMatchObject([{ type: 'done', seq: 100, reason: 'error', offset: 0, text: stored }]);
    await load(true);
    await engineReaches(client, ['ready']);
    expect(await faultOfModel()).toBeNull();

    await client.settings.setEngine({ restMinutes: 15 });
    expect(await client.settings.engine()).toEqual({ restMinutes: 15 });
    close();
    await server.stop();
  },
  90_000,
);
