import { newIds } from '../helpers/new-ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activePath } from '../../shared/document/tree.ts';
import type { TurnTree } from '../../shared/document/turn.ts';
import { newId } from '../../shared/document/ids.ts';
import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { GenerationEvent } from '../../shared/contract/writing.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import {
  connect,
  engineReaches,
  serve,
  temporaryFolder,
  type Connection,
  type Server,
  type StudioClient,
} from '../helpers/server.ts';

const data = temporaryFolder('studio');
let server: Server;
let one: Connection;
let client: StudioClient;
let cookie: string;

beforeAll(async () => {
  server = await serve({ data });
  one = await connect(server);
  ({ client, cookie } = one);
  await engineReaches(client, ['ready']);
}, 60_000);
afterAll(async () => {
  one.close();
  await server.stop();
});

const treeOf = (document: ChapterDocument): TurnTree => ({
  activeRootId: document.activeRootId,
  turns: new Map(document.turns.map((turn) => [turn.id, turn])),
});
const pathOf = async (chapterId: string) => activePath(treeOf(await client.chapters.open({ id: chapterId })));

async function newChapter(
  words: string,
  sampling = {},
): Promise<{ storyId: string; chapterId: string; turnId: string }> {
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Tried', chapterId, turnId });
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, ...sampling } });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: words }],
  });
  return { storyId, chapterId, turnId };
}

async function collect(by: StudioClient, generationId: string, afterSeq = 0): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of await by.writing.follow({ generationId, afterSeq })) events.push(event);
  return events;
}
const textOf = (events: readonly GenerationEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
/** Its first words are there. */
async function writes(generationId: string): Promise<void> {
  for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
    if (event.type === 'text') return;
}
const doneOf = (events: readonly GenerationEvent[]) => events.find((event) => event.type === 'done');
const faultOf = async (work: Promise<unknown>): Promise<{ code: string; params: Record<string, unknown> }> =>
  work.then(
    () => {
      throw new Error('not refused');
    },
    (error: { data: { code: string; params: Record<string, unknown> } }) => error.data,
  );

test('the first start opens a text adventure that one key continues', async () => {
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const before = await pathOf(chapter?.id ?? '');
  expect(before.map((turn) => turn.role)).toEqual(['system', 'user', 'model', 'user']);
  expect(before[2]?.text?.match(/^- /gm)).toHaveLength(3);

  const start = await client.writing.generate({
    ...newIds(),
    chapterId: chapter?.id ?? '',
    kind: 'reply',
    turnId: before[3]?.id ?? null,
    offset: null,
  });
  const events = await collect(client, start.generationId);
  const done = doneOf(events);
  expect(done?.reason).toBe('end');
  expect(textOf(events)).toBe(done?.text);
  const after = await pathOf(chapter?.id ?? '');
  expect(after.at(-1)).toMatchObject({ id: start.turnId, role: 'model', text: done?.text, version: done?.version });
  expect(done?.sampling?.seed).toEqual(expect.any(Number));
  expect(done?.stats?.tokens).toBeGreaterThan(5);
});

test('the other words of a reply are kept with it, at their places in its text', async () => {
  const { chapterId, turnId } = await newChapter('Tell me of a lighthouse.', { candidates: 5 });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  const done = doneOf(await collect(client, start.generationId));
  const [record, ...more] = await client.writing.candidates({ turnId: start.turnId });
  expect(more).toEqual([]);
  expect(record).toMatchObject({ generationId: start.generationId, turnId: start.turnId, offset: 0 });
  const words = record?.words ?? [];
  expect(words.map(({ text }) => text).join('')).toBe(done?.text);
  let at = 0;
  for (const word of words) {
    expect(word.at).toBe(at);
    at += word.text.length;
    expect(word.others).toHaveLength(5);
    expect(word.others.map(({ probability }) => probability)).toEqual(
      word.others.map(({ probability }) => probability).toSorted((a, b) => b - a),
    );
    expect(word.others.reduce((sum, { probability }) => sum + probability, 0)).toBeLessThan(1.01);
  }
  expect(await client.writing.candidates({ generationId: start.generationId })).toEqual([record]);

  const without = await newChapter('Tell me of a lighthouse.', { candidates: 0, maxTokens: 5 });
  const silent = await client.writing.generate({
    ...newIds(),
    chapterId: without.chapterId,
    kind: 'reply',
    turnId: without.turnId,
    offset: null,
  });
  await collect(client, silent.generationId);
  expect(await client.writing.candidates({ turnId: silent.turnId })).toEqual([]);
});

test('a client that comes back in the middle of a reply sees all of it', async () => {
  const { chapterId, turnId } = await newChapter('Tell me of a lighthouse.', { banEnd: true, maxTokens: 200 });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  let seen = '';
  let seq = 0;
  for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 })) {
    if (event.type !== 'text') continue;
    seen += event.text;
    seq = event.seq;
    if (seq >= 3) break;
  }
  const other = await connect(server, cookie);
  const document = await other.client.chapters.open({ id: chapterId });
  expect(document.generation).toEqual({
    generationId: start.generationId,
    turnId: start.turnId,
    offset: 0,
    alternatesLeft: 0,
  });
  expect(document.turns.find((turn) => turn.id === start.turnId)?.text).toBe('');
  const [rest, whole] = await Promise.all([
    collect(client, start.generationId, seq),
    collect(other.client, start.generationId),
  ]);
  expect(seen + textOf(rest)).toBe(doneOf(rest)?.text);
  expect(textOf(whole)).toBe(doneOf(whole)?.text);
  expect((await other.client.chapters.open({ id: chapterId })).generation).toBeNull();
  other.close();
});

test('words typed before the place of a reply move it, and nothing is lost', async () => {
  const { chapterId, turnId } = await newChapter('Once upon a time', { banEnd: true, maxTokens: 150 });
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'continue', turnId, offset: 16 });
  expect(start).toMatchObject({ turnId, offset: 16, ops: [] });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId, version: turns[0]?.version ?? 0, at: 0, del: 0, ins: 'Listen. ' }],
  });
  const done = doneOf(await collect(client, start.generationId));
  expect(done?.offset).toBe(24);
  expect((await pathOf(chapterId))[0]?.text).toBe(`Listen. Once upon a time${done?.text ?? ''}`);
});

test('Stop keeps what is there', async () => {
  const { chapterId, turnId } = await newChapter('Go on.', { banEnd: true, maxTokens: 900 });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  const events: GenerationEvent[] = [];
  for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 })) {
    events.push(event);
    if (event.type === 'text' && event.seq === 2) await client.writing.stop({ generationId: start.generationId });
  }
  expect(doneOf(events)?.reason).toBe('stopped');
  expect((await pathOf(chapterId)).at(-1)?.text).toBe(textOf(events));
  expect(textOf(events).length).toBeGreaterThan(0);
});

test('Retry makes alternates with tails of their own', async () => {
  const { chapterId, turnId } = await newChapter('A fox came to the gate.', { maxTokens: 30 });
  const first = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  await collect(client, first.generationId);
  const tail = newId();
  const { structureRev } = await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev: first.structureRev,
    ops: [
      {
        op: 'insert',
        after: first.turnId,
        as: 'chain',
        turn: { id: tail, role: 'user', speaker: null, marked: true, text: 'My tail.' },
      },
    ],
  });
  const second = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'retry',
    turnId: first.turnId,
    offset: null,
  });
  expect(second.structureRev).toBe(structureRev + 1);
  await collect(client, second.generationId);
  expect((await pathOf(chapterId)).map((turn) => turn.id)).toEqual([turnId, second.turnId]);
  const shown = await client.writing.activate({ changeId: newId(), chapterId, turnId: first.turnId });
  expect(shown.path.map((turn) => turn.id)).toEqual([first.turnId, tail]);
  expect(shown.path[1]?.text).toBe('My tail.');
});

test('an alternate that is deleted while it is written stops, the other one is shown, and restoring shows it again', async () => {
  const { chapterId, turnId } = await newChapter('Write long.', { banEnd: true, maxTokens: 300 });
  const write = async (kind: 'reply' | 'retry', after: string) => {
    const start = await client.writing.generate({ ...newIds(), chapterId, kind, turnId: after, offset: null });
    for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 }))
      if (event.type === 'text') break;
    return start;
  };
  const first = await write('reply', turnId);
  await client.writing.stop({ generationId: first.generationId });
  await collect(client, first.generationId);
  const second = await write('retry', first.turnId);
  const wish = { changeId: newId(), chapterId, turnId: first.turnId, removes: second.turnId };
  const { structureRev, path } = await client.writing.activate(wish);
  expect(path.map(({ id }) => id)).toEqual([first.turnId]);
  expect((await client.writing.activate(wish)).structureRev).toBe(structureRev);
  const end = doneOf(await collect(client, second.generationId));
  expect(end).toMatchObject({ reason: 'stopped', undone: null });
  expect((await pathOf(chapterId)).map(({ id }) => id)).toEqual([turnId, first.turnId]);
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'restore', turnId: second.turnId }],
  });
  expect((await pathOf(chapterId)).map(({ id, text }) => [id, text]).at(-1)).toEqual([second.turnId, end?.text]);
});

const alternatesOf = (document: ChapterDocument, turnId: string) => {
  const parentId = document.turns.find((turn) => turn.id === turnId)?.parentId;
  return document.turns.filter((turn) => turn.parentId === parentId && turn.tombstone === null).map((turn) => turn.id);
};

test('several answers to one prompt follow each other, each beside the first and kept as it came', async () => {
  const { chapterId, turnId } = await newChapter('A fox came to the gate.', {
    maxTokens: 12,
    banEnd: true,
    temperature: 1.5,
  });
  const first = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'reply',
    turnId,
    offset: null,
    count: 3,
  });
  expect(first.alternatesLeft).toBe(2);
  const written: { turnId: string; text: string; seed: number; reused: number }[] = [];
  for (let start: typeof first | null = first; start !== null;) {
    const events: GenerationEvent[] = await collect(client, start.generationId);
    const done = doneOf(events);
    expect(textOf(events)).toBe(done?.text);
    written.push({
      turnId: start.turnId,
      text: done?.text ?? '',
      seed: done?.sampling?.seed ?? 0,
      reused: done?.stats?.reusedTokens ?? 0,
    });
    start = done?.next ?? null;
  }
  expect(written.map(({ seed }) => (seed - (written[0]?.seed ?? 0) + 2 ** 32) % 2 ** 32)).toEqual([0, 1, 2]);
  expect(new Set(written.map(({ text }) => text)).size).toBe(3);
  expect(written[1]?.reused).toBeGreaterThan(5);
  const document = await client.chapters.open({ id: chapterId });
  expect(alternatesOf(document, first.turnId)).toEqual(written.map((one) => one.turnId));
  expect((await pathOf(chapterId)).map((turn) => turn.id)).toEqual([turnId, first.turnId]);
  for (const { turnId: id, text } of written) {
    const { path, generation } = await client.writing.activate({ changeId: newId(), chapterId, turnId: id });
    expect(path.map((turn) => turn.text)).toEqual([text]);
    expect(generation).toBeNull();
  }
});

test('an alternate that nobody looks at ends where another reply is asked for; one that is looked at does not', async () => {
  const { chapterId, turnId } = await newChapter('Write long.', { banEnd: true, maxTokens: 900 });
  const first = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'reply',
    turnId,
    offset: null,
    count: 3,
  });
  expect(
    (
      await faultOf(
        client.writing.generate({ ...newIds(), chapterId, kind: 'retry', turnId: first.turnId, offset: null }),
      )
    ).code,
  ).toBe('BUSY');
  await writes(first.generationId);
  await client.writing.stop({ generationId: first.generationId });
  const second = doneOf(await collect(client, first.generationId))?.next;
  expect(second).toMatchObject({ alternatesLeft: 1, ops: [{ op: 'insert', as: 'beside', after: turnId }] });
  for await (const event of await client.writing.follow({ generationId: second?.generationId ?? '', afterSeq: 0 }))
    if (event.type === 'text') break;
  expect((await client.chapters.open({ id: chapterId })).generation).toEqual({
    generationId: second?.generationId,
    turnId: second?.turnId,
    offset: 0,
    alternatesLeft: 1,
  });

  const other = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'retry',
    turnId: first.turnId,
    offset: null,
  });
  const end = doneOf(await collect(client, second?.generationId ?? ''));
  expect(end).toMatchObject({ reason: 'stopped', next: null });
  await client.writing.stop({ generationId: other.generationId });
  await collect(client, other.generationId);
  const { path } = await client.writing.activate({ changeId: newId(), chapterId, turnId: second?.turnId ?? '' });
  expect(path[0]?.text).toBe(end?.text);
  expect(end?.text).not.toBe('');
});

test('Stop all begins no alternate any more; taking a reply away ends its row', async () => {
  const { chapterId, turnId } = await newChapter('Write long.', { banEnd: true, maxTokens: 300 });
  const first = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'reply',
    turnId,
    offset: null,
    count: 4,
  });
  await writes(first.generationId);
  await client.writing.stop({ generationId: first.generationId, all: true });
  expect(doneOf(await collect(client, first.generationId))).toMatchObject({ reason: 'stopped', next: null });

  const second = await client.writing.generate({
    ...newIds(),
    chapterId,
    kind: 'retry',
    turnId: first.turnId,
    offset: null,
    count: 4,
  });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev: second.structureRev,
    ops: [{ op: 'remove', turnId: second.turnId }],
  });
  expect(doneOf(await collect(client, second.generationId))?.next).toBeNull();
  expect(alternatesOf(await client.chapters.open({ id: chapterId }), first.turnId)).toEqual([first.turnId]);
});

test('the ledger accounts for every turn', async () => {
  const { chapterId, turnId } = await newChapter('A boat came in with the tide.');
  const ledger = await client.writing.plan({ chapterId, turnId: null, offset: null });
  expect(ledger.segments.map((segment) => [segment.source.id, segment.placement])).toEqual([[turnId, 'in']]);
  expect(ledger.total).toBe(ledger.overhead + (ledger.segments[0]?.tokens ?? 0));
});

test('one writes, the others read until they take over', async () => {
  const { storyId, chapterId, turnId } = await newChapter('Mine.');
  const two = await connect(server, cookie);
  const holdOne = (await client.writing.hold({ storyId }))[Symbol.asyncIterator]();
  expect((await holdOne.next()).value).toEqual({ role: 'writer' });
  const holdTwo = (await two.client.writing.hold({ storyId }))[Symbol.asyncIterator]();
  expect((await holdTwo.next()).value).toEqual({ role: 'reader' });

  const document = await client.chapters.open({ id: chapterId });
  const change = (ins: string) => ({
    changeId: newId(),
    chapterId,
    structureRev: document.structureRev,
    ops: [{ op: 'setText' as const, turnId, version: document.turns[0]?.version ?? 0, at: 0, del: 0, ins }],
  });
  const refused = await faultOf(two.client.writing.applyChange(change('No. ')));
  expect(refused.code).toBe('READ_ONLY');
  expect(
    (await faultOf(two.client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId: null, offset: null })))
      .code,
  ).toBe('READ_ONLY');

  await two.client.writing.takeOver({ storyId });
  expect((await holdTwo.next()).value).toEqual({ role: 'writer' });
  expect((await holdOne.next()).value).toEqual({ role: 'reader' });
  await two.client.writing.applyChange(change('Yes. '));
  expect((await faultOf(client.writing.applyChange(change('Too late. ')))).code).toBe('READ_ONLY');

  await holdTwo.return?.();
  expect((await holdOne.next()).value).toEqual({ role: 'writer' });
  two.close();
  expect((await pathOf(chapterId))[0]?.text).toBe('Yes. Mine.');
  await holdOne.return?.();
});

test('a change that does not fit says so and loses nothing', async () => {
  const { chapterId, turnId } = await newChapter('Stored.');
  const { structureRev } = await client.chapters.open({ id: chapterId });
  const fault = await faultOf(
    client.writing.applyChange({
      changeId: newId(),
      chapterId,
      structureRev,
      ops: [{ op: 'setText', turnId, version: 0, at: 0, del: 7, ins: '' }],
    }),
  );
  expect(fault.code).toBe('CONFLICT');
  expect((await pathOf(chapterId))[0]?.text).toBe('Stored.');
});

test('what the contract does not know is refused as a bad request', async () => {
  const fault = await faultOf(client.chapters.open({ id: '../../etc/passwd' }));
  expect(fault.code).toBe('BAD_REQUEST');
});

test('removing the story of a running reply ends it first, and Undo brings all of it back', async () => {
  const { storyId, chapterId, turnId } = await newChapter('Write long.', { banEnd: true, maxTokens: 900 });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 }))
    if (event.type === 'text') break;
  await client.stories.remove({ id: storyId });
  expect((await client.stories.list()).some((story) => story.id === storyId)).toBe(false);
  await client.stories.restore({ id: storyId });
  expect((await pathOf(chapterId)).at(-1)?.text?.length).toBeGreaterThan(0);
});

test('an answer that was written ahead is there at once, and the engine rests when it has been taken', async () => {
  await client.settings.setInterface({ key: 'prepareReplies', value: true });
  const { chapterId, turnId } = await newChapter('Start.', { banEnd: true, maxTokens: 60 });
  const [offer, said] = [newId(), newId()];
  const { structureRev } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      {
        op: 'insert',
        after: turnId,
        as: 'chain',
        turn: { id: offer, role: 'model', speaker: null, marked: true, text: '\n\n- Go inside\n- Run away' },
      },
    ],
  });
  const before = await client.writing.generate({ ...newIds(), chapterId, kind: 'continue', turnId: offer, offset: 0 });
  await collect(client, before.generationId);
  const writtenAhead = async (): Promise<number> =>
    (await client.log.tail()).filter((line) => line.includes(' reply.ahead ')).length;
  await expect.poll(writtenAhead, { timeout: 30_000 }).toBe(2);
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev: before.structureRev,
    ops: [
      {
        op: 'insert',
        after: offer,
        as: 'chain',
        turn: { id: said, role: 'user', speaker: null, marked: true, text: 'Run away' },
      },
    ],
  });
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId: said, offset: null });
  const events = await collect(client, start.generationId);
  expect(events.filter(({ type }) => type === 'text')).toHaveLength(1);
  expect((await pathOf(chapterId)).at(-1)).toMatchObject({ id: start.turnId, text: textOf(events) });
  expect((await engineReaches(client, ['ready'], 5000)).state).toBe('ready');
  await client.settings.setInterface({ key: 'prepareReplies', value: null });
});

test('a reply that is cut short ends at a whole sentence where nobody follows it, and the chapter tells of the rest', async () => {
  const sampling = { banEnd: true, maxTokens: 60, temperature: 0, endsAtSentence: true };
  const { chapterId, turnId } = await newChapter('Start.', sampling);
  const start = await client.writing.generate({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
  const cutShort = async () => (await client.chapters.open({ id: chapterId })).cutShort;
  await expect.poll(cutShort, { timeout: 30_000 }).toMatchObject({ turnId: start.turnId, by: 'length', tokens: 60 });
  const { unfinished: leftOut, isLeftOut } = (await cutShort()) ?? {};
  expect(isLeftOut).toBe(true);
  const done = (await collect(client, start.generationId)).find((event) => event.type === 'done');
  const kept = (await pathOf(chapterId)).at(-1)?.text ?? '';
  expect(kept).toMatch(/[.!?…"”*]$/);
  expect(leftOut?.at).toBe(kept.length);
  expect(done?.text).toBe(kept + (leftOut?.text ?? ''));
  expect(done?.leftOut).toEqual(leftOut);
});
