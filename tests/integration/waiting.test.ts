import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { activePath } from '../../shared/document/tree.ts';
import { newId } from '../../shared/document/ids.ts';
import type { GenerationEvent } from '../../shared/contract/writing.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { newIds } from '../helpers/new-ids.ts';
import {
  childrenOf,
  connect,
  engineReaches,
  serve,
  temporaryFolder,
  type Connection,
  type Server,
  type StudioClient,
} from '../helpers/server.ts';

/** Nothing that a person does may wait for an engine: so long is at once, on a busy machine. */
const AT_ONCE = 1500;

let server: Server;
let one: Connection;
let client: StudioClient;
let stopped: number[] = [];
const start = async (data: string): Promise<void> => {
  server = await serve({ data });
  one = await connect(server);
  ({ client } = one);
};
const pause = (pid: number): void => {
  process.kill(pid, 'SIGSTOP');
  stopped.push(pid);
};
/** One that was ended meanwhile needs nothing. */
const goOn = (): void => {
  for (const pid of stopped.splice(0)) if (existsSync(`/proc/${String(pid)}`)) process.kill(pid, 'SIGCONT');
};
/** Its process stands still before it has said a word. */
const pauseStarting = async (): Promise<void> => {
  await expect.poll(() => childrenOf(server), { timeout: 20_000, interval: 2 }).toHaveLength(1);
  for (const pid of childrenOf(server)) pause(pid);
};
afterEach(async () => {
  goOn();
  stopped = [];
  one.close();
  await server.stop();
});

interface Chapter {
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
}
async function newChapter(words: string, sampling: Partial<Sampling> = {}): Promise<Chapter> {
  const chapter = { storyId: newId(), chapterId: newId(), turnId: newId() };
  await client.stories.create({
    id: chapter.storyId,
    title: 'Waits',
    chapterId: chapter.chapterId,
    turnId: chapter.turnId,
  });
  await client.settings.setSampling({
    storyId: chapter.storyId,
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 12, banEnd: true, ...sampling },
  });
  await type(chapter, words);
  return chapter;
}
async function type({ chapterId, turnId }: Chapter, words: string): Promise<void> {
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  const version = turns.find(({ id }) => id === turnId)?.version ?? 0;
  const ops = [{ op: 'setText' as const, turnId, version, at: 0, del: 0, ins: words }];
  await client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops });
}
const pathOf = async ({ chapterId }: Chapter) => {
  const { activeRootId, turns } = await client.chapters.open({ id: chapterId });
  return activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) });
};
const reply = ({ chapterId, turnId }: Chapter, ids = newIds()) =>
  client.writing.generate({ ...ids, chapterId, kind: 'reply', turnId, offset: null });
async function eventsOf(generationId: string, until?: GenerationEvent['type']): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of await client.writing.follow({ generationId, afterSeq: 0 })) {
    events.push(event);
    if (event.type === until) break;
  }
  return events;
}
const endOf = async (generationId: string) => {
  const last = (await eventsOf(generationId)).at(-1);
  if (last?.type !== 'done') throw new Error('the reply never ended');
  return last;
};
async function atOnce<T>(work: Promise<T>): Promise<T> {
  const answer = await Promise.race([work, sleep(AT_ONCE, 'late' as const, { ref: false })]);
  if (answer === 'late') throw new Error('it waited for the engine');
  return answer;
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: { data: { code: string } }) => error.data.code,
  );

describe.skipIf(process.platform !== 'linux')('the engine stands still', () => {
  test('in its load: a reply begins, what is typed is stored, Stop takes the reply back, and a reload shows all of it', async () => {
    await start(temporaryFolder('stands'));
    await pauseStarting();
    const chapter = await newChapter('Who is there?');
    const begun = await atOnce(reply(chapter));
    expect((await pathOf(chapter)).map(({ id }) => id)).toEqual([chapter.turnId, begun.turnId]);
    expect((await eventsOf(begun.generationId, 'waiting')).at(-1)).toMatchObject({ type: 'waiting' });
    await atOnce(type(chapter, 'I knock. '));

    const reader = await connect(server, one.cookie);
    const seen = await reader.client.chapters.open({ id: chapter.chapterId });
    expect(seen.generation).toMatchObject({
      generationId: begun.generationId,
      turnId: begun.turnId,
      alternatesLeft: 0,
    });
    expect(seen.turns.find(({ id }) => id === chapter.turnId)?.text).toBe('I knock. Who is there?');
    reader.close();

    await atOnce(client.writing.stop({ generationId: begun.generationId }));
    const done = await atOnce(endOf(begun.generationId));
    expect(done).toMatchObject({ reason: 'stopped', text: '', fault: null, undone: { ops: [{ op: 'remove' }] } });
    const after = await client.chapters.open({ id: chapter.chapterId });
    expect(after.structureRev).toBe(done.undone?.structureRev);
    expect(after.generation).toBeNull();
    expect((await pathOf(chapter)).map(({ text }) => text)).toEqual(['I knock. Who is there?']);
    expect(await client.stories.removed()).toEqual([]);
    expect((await engineReaches(client, ['loading'])).state).toBe('loading');

    const next = await reply(chapter);
    goOn();
    const events = await eventsOf(next.generationId);
    expect(events[0]?.type).toBe('waiting');
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length', fault: null, undone: null });
    expect((await pathOf(chapter)).at(-1)?.id).toBe(next.turnId);
  });

  test('in its reply: it is said not to answer, answers again, and can be stopped; what was written stays', async () => {
    await start(temporaryFolder('silent'));
    await engineReaches(client, ['ready']);
    const answers = async (wanted: boolean): Promise<void> => {
      const signal = AbortSignal.timeout(15_000);
      for await (const status of await client.models.status(undefined, { signal }))
        if (status.answers === wanted) return;
    };
    const chapter = await newChapter('Tell me a long story.', { maxTokens: 900 });
    const begun = await reply(chapter);
    await eventsOf(begun.generationId, 'text');
    await client.models.giveUp();
    expect(childrenOf(server)).toHaveLength(1);

    const [engine] = childrenOf(server);
    pause(engine ?? 0);
    await answers(false);
    goOn();
    await answers(true);
    pause(engine ?? 0);
    await answers(false);
    await atOnce(client.models.giveUp());
    expect(await endOf(begun.generationId)).toMatchObject({ reason: 'error', fault: { code: 'HANG' } });
    expect((await pathOf(chapter)).at(-1)?.text).not.toBe('');
    expect((await engineReaches(client, ['stopped'])).answers).toBe(true);
  });

  test('as it is started again for a reply: Stop and what is typed do not wait for it, and nor does the end of the studio', async () => {
    await start(temporaryFolder('stands-again'));
    await engineReaches(client, ['ready']);
    const chapter = await newChapter('Who is there?');
    for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
    await engineReaches(client, ['stopped']);
    const begun = await atOnce(reply(chapter));
    await pauseStarting();
    await engineReaches(client, ['loading']);
    await atOnce(type(chapter, 'I knock. '));
    await atOnce(client.writing.stop({ generationId: begun.generationId }));
    expect(await atOnce(endOf(begun.generationId))).toMatchObject({ reason: 'stopped', undone: { ops: [{}] } });
    goOn();
    await engineReaches(client, ['ready']);
    expect((await client.writing.plan({ ...chapter, offset: null })).total).toBeGreaterThan(0);
  });

  test('a person who writes into the reply that waits, or below it, keeps what was written', async () => {
    await start(temporaryFolder('stands-typed'));
    await pauseStarting();
    const chapter = await newChapter('Who is there?');
    const begun = await reply(chapter);
    const below = newId();
    await client.writing.applyChange({
      changeId: newId(),
      chapterId: chapter.chapterId,
      structureRev: begun.structureRev,
      ops: [
        {
          op: 'insert',
          turn: { id: below, role: 'user', speaker: null, marked: true, text: 'Well?' },
          after: begun.turnId,
          as: 'chain',
        },
      ],
    });
    await client.writing.stop({ generationId: begun.generationId });
    expect(await endOf(begun.generationId)).toMatchObject({ reason: 'stopped', undone: null });
    expect((await pathOf(chapter)).map(({ id }) => id)).toEqual([chapter.turnId, begun.turnId, below]);

    const other = await newChapter('And you?');
    const waits = await reply(other);
    await client.writing.applyChange({
      changeId: newId(),
      chapterId: other.chapterId,
      structureRev: waits.structureRev,
      ops: [{ op: 'remove', turnId: waits.turnId }],
    });
    expect(await endOf(waits.generationId)).toMatchObject({ reason: 'stopped', undone: null });
    expect((await pathOf(other)).map(({ id }) => id)).toEqual([other.turnId]);
  });

  test('the same reply asked for again is the same, while it waits, after its end and after a restart', async () => {
    const data = temporaryFolder('stands-asked');
    await start(data);
    await pauseStarting();
    const chapter = await newChapter('Who is there?');
    const ids = newIds();
    const [begun, twice] = await Promise.all([reply(chapter, ids), reply(chapter, ids)]);
    expect(twice).toEqual(begun);
    expect(begun).toMatchObject({ generationId: ids.generationId, turnId: ids.newTurnId });
    expect((await client.chapters.open({ id: chapter.chapterId })).turns).toHaveLength(2);
    const other = await newChapter('And you?');
    expect(await codeOf(reply(other, ids))).toBe('ID_TAKEN');
    expect(await codeOf(client.writing.generate({ ...ids, ...chapter, kind: 'retry', offset: null }))).toBe('ID_TAKEN');

    await client.writing.stop({ generationId: ids.generationId });
    const done = await endOf(ids.generationId);
    expect(await reply(chapter, ids)).toEqual(begun);
    const killed = newIds();
    const waiting = await reply(chapter, killed);
    one.close();
    await server.kill();
    goOn();

    await start(data);
    await engineReaches(client, ['ready']);
    expect((await pathOf(chapter)).map(({ id }) => id)).toEqual([chapter.turnId]);
    expect(await client.stories.removed()).toEqual([]);
    expect(await reply(chapter, ids)).toEqual(begun);
    expect(await reply(chapter, killed)).toEqual(waiting);
    expect(await endOf(ids.generationId)).toMatchObject({ reason: 'stopped', undone: done.undone });
    expect(await endOf(killed.generationId)).toMatchObject({ reason: 'error', undone: { ops: [{ op: 'remove' }] } });
  });

  test('a reply that waits goes on with the model that is chosen meanwhile, and ends with its chapter', async () => {
    await start(temporaryFolder('stands-chosen'));
    await pauseStarting();
    const [chapter, gone] = [await newChapter('Who is there?'), await newChapter('And you?')];
    const [begun, ending] = [await reply(chapter), await reply(gone)];
    await atOnce(client.chapters.remove({ id: gone.chapterId }));
    expect(await endOf(ending.generationId)).toMatchObject({ reason: 'stopped', undone: { ops: [{}] } });
    const [demo] = await client.models.list();
    const loaded = client.models.load({ id: demo?.id ?? '', contextSize: 512 });
    goOn();
    await loaded;
    expect(await endOf(begun.generationId)).toMatchObject({ reason: 'length', fault: null });
    expect((await engineReaches(client, ['ready'])).contextSize).toBe(512);
  });
});

test('a reply in a second chapter waits for the first one, each is stopped by itself, and a third chapter is written in', async () => {
  await start(temporaryFolder('lines'));
  await engineReaches(client, ['ready']);
  const [long, short, stays] = [
    await newChapter('Write long.', { maxTokens: 300 }),
    await newChapter('Write little.'),
    await newChapter('Write nothing.'),
  ];
  const first = await reply(long);
  await eventsOf(first.generationId, 'text');
  const [second, third] = [await reply(short), await reply(stays)];
  expect(await codeOf(reply(short))).toBe('BUSY');
  expect((await eventsOf(second.generationId, 'waiting')).at(-1)).toEqual({ type: 'waiting', seq: 0, progress: null });
  await client.writing.stop({ generationId: third.generationId });
  expect(await atOnce(endOf(third.generationId))).toMatchObject({ reason: 'stopped', undone: { ops: [{}] } });
  expect((await client.chapters.open({ id: long.chapterId })).generation?.generationId).toBe(first.generationId);

  await type(short, 'Please. ');
  await client.writing.stop({ generationId: first.generationId });
  expect(await endOf(first.generationId)).toMatchObject({ reason: 'stopped', undone: null });
  const done = await endOf(second.generationId);
  expect(done).toMatchObject({ reason: 'length', fault: null });
  expect((await pathOf(short)).map(({ text }) => text)).toEqual(['Please. Write little.', done.text]);
});

describe.skipIf(process.platform !== 'linux')('the status after the engine was killed', () => {
  test.each<[string, Partial<Sampling>, string]>([
    ['whose bias is no token', { logitBias: [{ text: 'a whole sentence of words', bias: 2 }] }, 'NOT_A_TOKEN'],
    ['whose head is larger than the window', {}, 'WINDOW_TOO_SMALL'],
  ])('and a reply is refused %s', async (_what, sampling, code) => {
    await start(temporaryFolder('refused'));
    await engineReaches(client, ['ready']);
    const chapter = await newChapter(code === 'WINDOW_TOO_SMALL' ? 'The rain fell. '.repeat(900) : 'Who?', sampling);
    if (code === 'WINDOW_TOO_SMALL') {
      const { structureRev } = await client.chapters.open({ id: chapter.chapterId });
      await client.writing.applyChange({
        changeId: newId(),
        chapterId: chapter.chapterId,
        structureRev,
        ops: [{ op: 'setRole', turnId: chapter.turnId, role: 'system', marked: true }],
      });
    }
    for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
    await engineReaches(client, ['stopped']);
    const begun = await reply(chapter);
    expect(await endOf(begun.generationId)).toMatchObject({ reason: 'error', fault: { code }, undone: { ops: [{}] } });
    const other = await newChapter('And you?');
    expect((await client.writing.plan({ ...other, offset: null })).total).toBeGreaterThan(0);
    expect((await engineReaches(client, ['ready'], AT_ONCE)).fault).toBeNull();
  });
});
