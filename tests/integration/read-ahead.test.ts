import { newIds } from '../helpers/new-ids.ts';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GenerationEvent, GenerationStats } from '../../shared/contract/writing.ts';
import { newId } from '../../shared/document/ids.ts';
import { type StateKey, writeState } from '../../electron/engines/local/worker/state-file.ts';
import { connect, engineReaches, serve, temporaryFolder, type Server, type StudioClient } from '../helpers/server.ts';

const data = temporaryFolder('ahead');

async function withStudio(work: (client: StudioClient, chapterId: string) => Promise<void>): Promise<void> {
  const server: Server = await serve({ data });
  const { client, close } = await connect(server);
  await engineReaches(client, ['ready']);
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  await work(client, chapter?.id ?? '');
  close();
  await server.stop();
}

async function reply(
  client: StudioClient,
  chapterId: string,
  kind: 'reply' | 'retry' = 'reply',
): Promise<GenerationStats> {
  const { generationId } = await client.writing.generate({ ...newIds(), chapterId, kind, turnId: null, offset: null });
  let done: GenerationEvent | null = null;
  for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
    if (event.type === 'done') done = event;
  if (done?.type !== 'done' || done.stats === null) throw new Error('the reply did not end');
  return done.stats;
}

const states = (): string[] => readdirSync(join(data, 'state'));

test('a reply is read in idle time; after a restart the story goes on without reading it again', async () => {
  await withStudio(async (client, chapterId) => {
    const first = await reply(client, chapterId);
    expect(first.tokens).toBeGreaterThan(10);
    const document = await client.chapters.open({ id: chapterId });
    const last = document.turns.find((turn) => turn.activeChildId === null && !turn.tombstone);
    const you = newId();
    await client.writing.applyChange({
      changeId: newId(),
      chapterId,
      structureRev: document.structureRev,
      ops: [
        {
          op: 'insert',
          after: last?.id ?? null,
          as: 'chain',
          turn: { id: you, role: 'user', speaker: null, marked: true, text: 'I look around.' },
        },
      ],
    });
    await expect
      .poll(async () => (await client.writing.plan({ chapterId, turnId: null, offset: null })).toRead, {
        timeout: 10_000,
      })
      .toBeLessThan(12);
    expect((await engineReaches(client, ['ready'])).readAhead).toBeGreaterThan(0);
  });
  expect(states()).toHaveLength(1);
  await withStudio(async (client, chapterId) => {
    const { promptTokens, reusedTokens } = await reply(client, chapterId);
    expect(promptTokens - reusedTokens).toBeLessThan(12);
  });
}, 60_000);

test('a damaged file is put aside, and the story is read again', async () => {
  const [name] = states();
  const path = join(data, 'state', name ?? '');
  const bytes = readFileSync(path);
  bytes.writeUInt8((bytes[1000] ?? 0) ^ 1, 1000);
  writeFileSync(path, bytes);
  await withStudio(async (client, chapterId) => {
    const { reusedTokens, tokens } = await reply(client, chapterId, 'retry');
    expect({ reusedTokens, some: tokens > 0 }).toEqual({ reusedTokens: 0, some: true });
  });
}, 60_000);

/** A file that is in order by all that can be checked, and still nothing that the engine can load. */
async function spoil(path: string): Promise<void> {
  const bytes = readFileSync(path);
  const footerEnd = bytes.length - 44;
  const footer = JSON.parse(bytes.subarray(footerEnd - bytes.readUInt32LE(footerEnd), footerEnd).toString()) as {
    key: StateKey;
    tokens: number[];
    bytes: number;
  };
  await writeState(path, footer.key, footer.tokens, (unfinished) =>
    writeFile(unfinished, bytes.subarray(0, Math.floor(footer.bytes / 2))),
  );
}

test('a state that the engine refuses is put aside once and for all', async () => {
  await withStudio(async (client, chapterId) => {
    await reply(client, chapterId, 'retry');
  });
  const [name = ''] = states();
  await spoil(join(data, 'state', name));
  await withStudio(async (client, chapterId) => {
    await client.chapters.open({ id: chapterId });
    await expect.poll(states).toEqual([]);
    expect((await reply(client, chapterId, 'retry')).tokens).toBeGreaterThan(0);
  });
  expect(states()).toHaveLength(1);
}, 60_000);

test('nothing of a removed story stays there', async () => {
  await withStudio(async (client) => {
    const [story] = await client.stories.list();
    expect(states()).toHaveLength(1);
    await client.stories.remove({ id: story?.id ?? '' });
    expect(states()).toEqual([]);
  });
  expect(states()).toEqual([]);
}, 60_000);
