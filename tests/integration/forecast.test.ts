import { newIds } from '../helpers/new-ids.ts';
import { expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import { connect, engineReaches, serve, temporaryFolder, type StudioClient } from '../helpers/server.ts';

const reply = async (client: StudioClient, chapterId: string) => {
  const { generationId } = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'reply',
    turnId: null,
    offset: null,
  });
  for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
    if (event.type === 'done') return event.stats;
  throw new Error('a reply without an end');
};

test('the time of a reply is known once there was one, is that of this machine, and outlives the studio', async () => {
  const data = temporaryFolder('forecast');
  let server = await serve({ data });
  let { client, close } = await connect(server);
  await engineReaches(client, ['ready']);
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Far', chapterId, turnId });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      { op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: 'I look at the sea. '.repeat(30) },
    ],
  });
  const plan = () => client.writing.plan({ chapterId, turnId: null, offset: null });
  const before = await plan();
  expect(before.forecast).toBeNull();
  expect(before.toRead).toBe(before.total);

  const stats = await reply(client, chapterId);
  expect(stats?.reusedTokens).toBe(0);
  const after = await plan();
  expect(after.forecast?.readMs).toBeGreaterThan(0);
  expect(after.forecast?.readMs).toBeLessThan((stats?.firstTokenMs ?? 0) * 1.5);
  expect(after.forecast?.tokensPerSecond).toBeCloseTo(stats?.tokensPerSecond ?? 0, 5);
  close();
  await server.stop();

  server = await serve({ data });
  ({ client, close } = await connect(server));
  await engineReaches(client, ['ready']);
  expect((await plan()).forecast?.tokensPerSecond).toBe(after.forecast?.tokensPerSecond);
  await client.models.load({ id: (await client.models.list())[0]?.id ?? '', contextSize: 512 });
  await engineReaches(client, ['ready']);
  expect((await plan()).forecast).toBeNull();
  close();
  await server.stop();
}, 90_000);
