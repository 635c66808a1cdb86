import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { request } from 'node:http';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { Job } from '../../shared/contract/jobs.ts';
import { newId } from '../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { newIds } from '../helpers/new-ids.ts';
import {
  childrenOf,
  connect,
  EMBEDDED_MODEL,
  engineReaches,
  ROOT,
  serve,
  temporaryFolder,
  type StudioClient,
} from '../helpers/server.ts';

interface Callback {
  /** `file:line` */
  readonly place: string;
  /** `file code` */
  readonly code: string;
}
/** What our sources hand to the event loop. */
const callbacks: Callback[] = readdirSync(join(ROOT, 'electron'), { recursive: true, encoding: 'utf8' })
  .map((name) => `electron/${name}`)
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    if (!/import \{.*\bguarded\b.*log\/guarded\.ts/.test(source)) return [];
    return [...source.matchAll(/\bguarded\(.*/g)].map(({ 0: code, index }) => ({
      place: `${file}:${source.slice(0, index).split('\n').length}`,
      code: `${file} ${code}`,
    }));
  });

/** What cannot run while a store throws, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'electron/desktop/': 'tests/desktop',
  'electron/rpc/message-port.ts': 'tests/desktop',
  'electron/cli.ts': 'whoever reads a command is gone: tests/integration/command-line',
  'electron/cli/write.ts': 'a command of its own',
  'electron/cli/serve.ts guarded(() => endProcess(1))': 'where the end itself hangs: tests/integration/hanging-disk',
  'electron/server.ts guarded(() => undefined)': 'where a browser cannot be started',
  'electron/rpc/http.ts guarded(fail)': 'before the door is open',
  'electron/rpc/http.ts guarded(() => {': 'before the door is open',
  'electron/studio/writing/generations.ts guarded(onEnd)': 'just after the store took a reply',
  'electron/engines/local/gguf/inspection-thread.ts guarded((error) =>': 'a broken thread: gguf/threads.test.ts',
  'electron/engines/local/host/fork-wire.ts guarded(keep)': 'an engine that complains',
  'electron/engines/local/host/fork-wire.ts guarded((error: Error) => {': 'an engine that cannot be started',
  'electron/engines/local/host/supervisor.ts guarded(act)': 'just after the store removed a chapter',
  'electron/engines/local/host/task-queue.ts': 'just after the store removed a chapter',
};
const isElsewhere = ({ code }: Callback): boolean => Object.keys(ELSEWHERE).some((start) => code.startsWith(start));

const order = (socketPath: string, path: string): Promise<string> =>
  new Promise((done, fail) => {
    request({ socketPath, path }, (response) => done(text(response)))
      .on('error', fail)
      .end();
  });
/** Hears a stream to its end, whatever ends it. */
const drain = async (stream: Promise<AsyncIterable<unknown>>): Promise<void> => {
  await hear(stream).catch(() => undefined);
};
const hear = async (stream: Promise<AsyncIterable<unknown>>): Promise<void> => {
  for await (const _ of await stream);
};
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { data?: { code?: string } }) => error.data?.code ?? 'cut off',
  );

/** Comes in, says something that is no frame, and is gone without an end. */
async function rudely(port: number, cookie: string, hex: string): Promise<void> {
  const socket = dial(port, '127.0.0.1');
  socket.write(
    [
      `GET /rpc?client=${newId()} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      `Cookie: ${cookie}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  socket.write(Buffer.from(hex, 'hex'));
  socket.resetAndDestroy();
}

async function newStory(client: StudioClient, maxTokens: number) {
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Throws', chapterId, turnId });
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens } });
  return { storyId, chapterId, turnId };
}

test('whatever the event loop calls while the store throws ends nothing, and all is as before afterwards', async () => {
  const [data, control] = [temporaryFolder('throwing'), join(temporaryFolder('control'), 'socket')];
  const server = await serve({
    data,
    entry: join(ROOT, 'tests/helpers/throwing-host.ts'),
    env: { PAPHOS_TEST_CONTROL: control },
  });
  onTestFinished(server.kill);
  const tell = (path: string): Promise<string> => order(control, path);
  // Before a page has opened anything: the first model would be loaded then.
  for (const path of ['/throw', '/fire', '/mend']) await tell(path);
  const { client, cookie } = await connect(server);
  const pages = new Set([client]);
  /** Runs every timer; who was heard of since the last time is not taken for gone. */
  const fire = async (): Promise<string> => {
    for (const page of pages) await page.connection.beat();
    return tell('/fire');
  };
  const signalEngine = (signal: NodeJS.Signals): void => {
    for (const pid of childrenOf(server)) process.kill(pid, signal);
  };

  const [long, short] = [await newStory(client, 900), await newStory(client, 4)];
  const [theirs, taken] = [await newStory(client, 4), await newStory(client, 4)];
  /** All timers run while the store throws, and again when it has ceased to. */
  const throwAndMend = async (): Promise<void> => {
    await tell('/throw');
    await fire();
    await tell('/mend');
    await fire();
  };

  const ASK = 'Tell me a long story. ';
  const type = async ({ chapterId, turnId }: { chapterId: string; turnId: string }): Promise<unknown> => {
    const { structureRev, turns } = await client.chapters.open({ id: chapterId });
    const version = turns.find(({ id }) => id === turnId)?.version ?? 0;
    const op = { op: 'setText' as const, turnId, version, at: 0, del: 0, ins: ASK };
    return client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops: [op] });
  };
  /** A turn at the end that leaves no room for those before it. */
  const typeMuch = async (chapterId: string): Promise<unknown> => {
    const { structureRev, turns } = await client.chapters.open({ id: chapterId });
    const turn = { id: newId(), role: 'user' as const, speaker: null, marked: true, text: ASK.repeat(300) };
    const op = { op: 'insert' as const, turn, after: turns.at(-1)?.id ?? null, as: 'chain' as const };
    return client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops: [op] });
  };
  async function reply(story: { chapterId: string; turnId: string }, until: 'text' | 'done'): Promise<string> {
    const { generationId } = await client.writing.generate({
      ...newIds(),
      chapterId: story.chapterId,
      turnId: story.turnId,
      kind: 'reply',
      offset: null,
    });
    for await (const { type } of await client.writing.follow({ generationId, afterSeq: 0 })) if (type === until) break;
    return generationId;
  }

  // Just after: it would be loaded then too.
  await type(short);
  await tell('/throw');
  await fire();
  await tell('/mend');
  await type(long);
  // Long enough to be read while all that comes happens.
  const file = join(data, 'models', 'long.gguf');
  copyFileSync(EMBEDDED_MODEL, file);
  truncateSync(file, 1e9);
  await client.models.look();
  const id = (await client.models.list()).find(({ name }) => name !== 'Pocket storyteller')?.id ?? '';
  await client.models.load({ id, contextSize: 1024, anyway: true });

  const other = await connect(server, cookie);
  pages.add(other.client);
  for (const { storyId } of [theirs, taken]) await (await other.client.writing.hold({ storyId })).next();
  const streams = [client, other.client].flatMap((page) => [
    drain(page.models.status()),
    drain(page.jobs.watch()),
    drain(page.log.defects()),
    drain(page.connection.store()),
  ]);
  for (const { storyId } of [theirs, taken]) streams.push(drain(client.writing.hold({ storyId })));

  // While a reply is written, its file is read and something is exported.
  const generationId = await reply(long, 'text');
  streams.push(drain(client.writing.follow({ generationId, afterSeq: 0 })));
  signalEngine('SIGSTOP');
  const token = await client.connection.signOutOthers();
  let jobs: readonly Job[] = [];
  for await (jobs of await client.jobs.watch()) if (jobs.some(({ state }) => state === 'running')) break;
  const leaving = new AbortController();
  const exports = [{}, { signal: leaving.signal }].map((options) =>
    outcome(
      client.exporting.write(
        { storyId: long.storyId, chapterId: null, format: 'epub', author: null, withPerson: true, withNotes: true },
        options,
      ),
    ),
  );
  await client.connection.beat();
  await tell('/throw');
  leaving.abort();
  await fire();
  await fire();
  expect(await Promise.all(exports)).toEqual(['done', 'cut off']);
  await outcome(client.writing.stop({ generationId }));
  await fire();
  await engineReaches(client, ['stopped']);
  for (const { id } of jobs) expect(await outcome(client.jobs.cancel({ id }))).toBe('done');
  expect(await outcome(client.writing.takeOver({ storyId: taken.storyId }))).toBe('done');
  expect(await outcome(client.stories.list())).toBe('INTERNAL');
  expect(await outcome(type(long))).toBe('INTERNAL');
  expect(await outcome(client.backups.list())).toBe('INTERNAL');
  expect(await outcome(client.connection.beat())).toBe('done');
  expect((await fetch(`http://127.0.0.1:${server.port}/session`, { headers: { cookie } })).status).toBe(200);
  await rudely(server.port, cookie, '');
  await rudely(server.port, cookie, 'ffffff');
  await rudely(server.port, 'nobody=1', '');
  pages.delete(other.client);
  other.socket.terminate();
  await once(other.socket, 'close');
  await fire();
  await fire();
  await tell('/mend');
  expect(await outcome(type(long))).toBe('done');

  // While the engine starts.
  const again = reply(short, 'done');
  await expect.poll(() => childrenOf(server), { interval: 2 }).toHaveLength(1);
  signalEngine('SIGSTOP');
  await throwAndMend();
  await again;

  // Just after a reply.
  for (let ran = ''; !ran.includes('write-ahead.ts');) {
    await reply(short, 'done');
    await tell('/throw');
    ran = await fire();
    await tell('/mend');
  }
  await client.settings.setEngine({ restMinutes: 1 });
  await reply(short, 'done');
  await type(short);
  for await (const { readAhead } of await client.models.status()) if (readAhead > 0) break;
  await typeMuch(short.chapterId);
  await client.writing.plan({ chapterId: short.chapterId, turnId: null, offset: null });
  await throwAndMend();

  // While a file is looked into: one is done, one takes too long.
  for (const look of [() => tell('/'), fire]) {
    symlinkSync(EMBEDDED_MODEL, join(data, 'models', `${look.name}.gguf`));
    await client.models.look();
    const listed = outcome(client.models.list());
    await client.connection.beat();
    const before = await tell('/throw');
    await expect.poll(look, { timeout: 20_000, interval: 5 }).not.toBe(before);
    await tell('/mend');
    await listed;
  }

  expect(await outcome(type(short))).toBe('done');
  // While a reply goes on.
  await reply(long, 'text');
  await tell('/throw');
  await expect.poll(() => tell('/'), { timeout: 20_000 }).toContain('reply-journal.ts');
  expect((await fetch(`http://127.0.0.1:${server.port}/?token=${token}`, { redirect: 'manual' })).status).toBe(303);
  server.process.kill('SIGTERM');
  await once(server.process, 'exit');
  await Promise.all(streams);
  expect(readFileSync(join(data, 'logs/paphos.log'), 'utf8')).not.toMatch(/process\.(unhandled|uncaught|unsafe)/);
  const ran = JSON.parse(readFileSync(`${control}.json`, 'utf8')) as string[];
  expect(ran.filter((place) => !callbacks.some((callback) => callback.place === place))).toEqual([]);
  expect(callbacks.filter((callback) => !ran.includes(callback.place) && !isElsewhere(callback))).toEqual([]);
  expect(callbacks.filter((callback) => ran.includes(callback.place) && isElsewhere(callback))).toEqual([]);
}, 300_000);
