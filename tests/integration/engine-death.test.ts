import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import type { GenerationEvent } from '../../shared/contract/writing.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { connect, engineReaches, serve, temporaryFolder, type Server } from '../helpers/server.ts';

const childrenOf = (server: Server): number[] => readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

test.skipIf(process.platform !== 'linux')('the engine dies in the middle of a reply: told at once, the text stays, the next Reply works', async () => {
  const server = await serve({ data: temporaryFolder('engine-death') });
  const { client, close } = await connect(server);
  await engineReaches(client, ['ready']);
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Dies', chapterId, turnId });
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens: 900 } });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops: [{ op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: 'Tell me a long story.' }] });

  const start = await client.writing.generate({ chapterId, kind: 'reply', turnId, offset: null });
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
  expect(done.fault?.message).toMatch(/Your text is safe/);
  const streamed = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const stored = await client.chapters.open({ id: chapterId });
  expect(stored.turns.find((turn) => turn.id === start.turnId)?.text).toBe(streamed);
  const status = await engineReaches(client, ['stopped']);
  expect(status.fault?.message).toMatch(/stopped unexpectedly/);

  const next = await client.writing.generate({ chapterId, kind: 'retry', turnId: start.turnId, offset: null });
  for await (const event of await client.writing.follow({ generationId: next.generationId, afterSeq: 0 })) {
    if (event.type === 'text') break;
    expect(event.type).toBe('prompt');
  }
  await client.writing.stop({ generationId: next.generationId });
  await engineReaches(client, ['ready']);
  close();
  await server.stop();
}, 60_000);
