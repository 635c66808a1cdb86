import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import type { Hold } from '../../shared/contract/writing.ts';
import { openProxy, type Proxy } from '../helpers/proxy.ts';
import { connect, serve, signIn, temporaryFolder, type Connection, type Server } from '../helpers/server.ts';

/** An end that is gone without a word is noticed in this time. */
const NOTICED_MS = 10_000;

let server: Server;
let cookie: string;
let network: Proxy;
beforeAll(async () => {
  server = await serve({ data: temporaryFolder('connection') });
  cookie = await signIn(server.url);
  network = await openProxy('127.0.0.2', server.port);
});
afterAll(async () => {
  await network.close();
  await server.stop();
});

async function newStory(): Promise<{ storyId: string; chapterId: string; turnId: string }> {
  const { client, close } = await connect(server, cookie);
  const story = { storyId: newId(), chapterId: newId(), turnId: newId() };
  await client.stories.create({ id: story.storyId, title: 'Held', chapterId: story.chapterId, turnId: story.turnId });
  close();
  return story;
}
interface Held {
  readonly told: Hold['role'][];
}
/** Everything that a client is told of its hold. */
async function hold({ client }: Connection, storyId: string, was?: Hold['role']): Promise<Held> {
  const told: Hold['role'][] = [];
  const roles = (await client.writing.hold({ storyId, ...(was ? { was } : {}) }))[Symbol.asyncIterator]();
  const hear = async (): Promise<boolean> => {
    const { value, done } = await roles.next();
    if (!done) told.push(value.role);
    return !done;
  };
  await hear();
  void (async () => {
    while (await hear());
  })().catch(() => undefined);
  return { told };
}
const write = ({ client }: Connection, { chapterId, turnId }: { chapterId: string; turnId: string }, version: number) =>
  client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev: 1,
    ops: [{ op: 'setText', turnId, version, at: 0, del: 0, ins: 'Mine. ' }],
  });

test('a page that is back before its old connection is known to be dead writes on, and the old one is closed', async () => {
  const story = await newStory();
  const id = newId();
  const one = await connect(server, cookie, id, '127.0.0.2');
  const two = await connect(server, cookie);
  expect((await hold(one, story.storyId)).told).toEqual(['writer']);
  const reader = await hold(two, story.storyId);
  network.set('hangs');
  const again = await connect(server, cookie, id);
  await expect.poll(() => network.kept(), { timeout: 1000 }).toBe(0);
  await write(again, story, 1);
  expect((await hold(again, story.storyId, 'writer')).told).toEqual(['writer']);
  await expect(write(two, story, 2)).rejects.toMatchObject({ code: 'READ_ONLY' });
  expect(reader.told).toEqual(['reader']);
  network.set('forwards');
  again.close();
  two.close();
});

test('a connection that is dead without a word is noticed in 10 s, and the story kept for its page', async () => {
  const story = await newStory();
  const id = newId();
  const one = await connect(server, cookie, id, '127.0.0.2');
  const two = await connect(server, cookie);
  await hold(one, story.storyId);
  const reader = await hold(two, story.storyId);
  expect(network.kept()).toBe(1);
  network.set('hangs');
  await expect.poll(() => network.kept(), { timeout: NOTICED_MS }).toBe(0);
  const again = await connect(server, cookie, id);
  expect((await hold(again, story.storyId, 'writer')).told).toEqual(['writer']);
  await write(again, story, 1);
  expect(reader.told).toEqual(['reader']);
  network.set('forwards');
  again.close();
  two.close();
});
