import { newIds } from '../helpers/new-ids.ts';
import Database from 'better-sqlite3';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NoteContent, NoteKind } from '../../shared/contract/notes.ts';
import type { GenerationEvent, GenerationStart } from '../../shared/contract/writing.ts';
import { newId } from '../../shared/document/ids.ts';
import { activePath } from '../../shared/document/tree.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { OddModels } from '../helpers/bad-models.ts';
import { makeModel } from '../helpers/model-maker.ts';
import {
  connect,
  engineReaches,
  lookedAtModels,
  serve,
  temporaryFolder,
  type Connection,
  type Server,
  type StudioClient,
} from '../helpers/server.ts';

const data = temporaryFolder('again');
let server: Server;
let connection: Connection;
let client: StudioClient;

beforeAll(async () => {
  mkdirSync(join(data, 'models'));
  copyFileSync(makeModel(), join(data, 'models', 'another.gguf'));
  server = await serve({ data });
  connection = await connect(server);
  ({ client } = connection);
  await engineReaches(client, ['ready']);
}, 60_000);
afterAll(async () => {
  connection.close();
  await server.stop();
});

type Done = Extract<GenerationEvent, { type: 'done' }>;

interface Chapter {
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
}

async function newChapter(words: string, sampling: Partial<Sampling> = {}): Promise<Chapter> {
  const chapter = { storyId: newId(), chapterId: newId(), turnId: newId() };
  const { storyId, chapterId, turnId } = chapter;
  await client.stories.create({ id: storyId, title: 'Again', chapterId, turnId });
  await client.settings.setSampling({
    storyId,
    sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens: 40, ...sampling },
  });
  await write(chapterId, turnId, words);
  return chapter;
}

async function write(chapterId: string, turnId: string, words: string): Promise<void> {
  const { structureRev, turns } = await client.chapters.open({ id: chapterId });
  const turn = turns.find(({ id }) => id === turnId);
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId, version: turn?.version ?? 0, at: 0, del: 0, ins: words }],
  });
}

async function say(chapterId: string, after: string, words: string, role: 'user' | 'model' = 'user'): Promise<string> {
  const { structureRev } = await client.chapters.open({ id: chapterId });
  const id = newId();
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'insert', turn: { id, role, speaker: null, marked: true, text: words }, after, as: 'chain' }],
  });
  return id;
}

async function written(
  wish: Parameters<StudioClient['writing']['generate']>[0],
): Promise<{ start: GenerationStart; done: Done }> {
  const start = await client.writing.generate(wish);
  for await (const event of await client.writing.follow({ generationId: start.generationId, afterSeq: 0 }))
    if (event.type === 'done') return { start, done: event };
  throw new Error('the reply never ended');
}
const reply = (chapterId: string, turnId: string) =>
  written({ ...newIds(), chapterId, kind: 'reply', turnId, offset: null });
const again = (chapterId: string, turnId: string) =>
  written({ ...newIds(), chapterId, kind: 'again', turnId, offset: null });
const refusal = async (work: Promise<unknown>): Promise<{ code: string; params: Record<string, unknown> }> =>
  work.then(
    () => {
      throw new Error('not refused');
    },
    (error: { data: { code: string; params: Record<string, unknown> } }) => error.data,
  );
const textOf = async (chapterId: string, turnId: string) =>
  (await client.chapters.open({ id: chapterId })).turns.find(({ id }) => id === turnId)?.text;

/** Writes a note of a story anew. */
async function note(storyId: string, kind: NoteKind, text: string, more: Partial<NoteContent> = {}): Promise<void> {
  const [told] = await firstOf(await client.notes.watch({ storyId }));
  const before = told?.find((one) => one.kind === kind);
  const content = { text, depth: 1, role: 'system' as const, sends: 'always' as const, ...more };
  await client.notes.set({ storyId, kind, content, version: before?.version ?? 0 });
}
async function firstOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  for await (const value of values) return [value];
  return [];
}
const notesIn = async (chapterId: string, turnId: string | null = null): Promise<(string | undefined)[]> =>
  (await client.writing.plan({ chapterId, turnId, offset: null })).segments.flatMap(({ source }) =>
    source.kind === 'note' ? [source.field] : [],
  );

test('a reply is made again with the notes that it had, to the letter, and refused where they are others by now', async () => {
  const { storyId, chapterId, turnId } = await newChapter('A fox came to the gate.');
  await note(storyId, 'memory', 'It is {{random:night,dawn,noon}}, {{time}} by the clock.');
  await note(storyId, 'authorsNote', 'The fox is tired.', { sends: 'once' });
  await note(storyId, 'postHistory', 'One sentence.');
  expect(await notesIn(chapterId)).toEqual(['memory', 'authorsNote', 'postHistory']);
  const first = await reply(chapterId, turnId);
  // The note that was for one reply is sent with no other, but where that one is made again.
  expect(await notesIn(chapterId, turnId)).toEqual(['memory', 'authorsNote', 'postHistory']);
  const asked = await say(chapterId, first.start.turnId, 'And then?');
  expect(await notesIn(chapterId, asked)).toEqual(['memory', 'postHistory']);

  const { done } = await again(chapterId, first.start.turnId);
  expect(done.text).toBe(first.done.text);
  await note(storyId, 'memory', 'It is noon.');
  const refused = await refusal(again(chapterId, first.start.turnId));
  expect(refused).toEqual({ code: 'NOT_THE_SAME', params: { differences: [{ of: 'beside' }] } });
});

test('a reply is made again to the letter, read anew and beside the first, whatever was chosen or written since', async () => {
  const { storyId, chapterId, turnId } = await newChapter('A fox came to the gate.');
  const before = await reply(chapterId, turnId);
  const asked = await say(chapterId, before.start.turnId, 'What did it want?');
  const first = await reply(chapterId, asked);
  expect(first.done.stats?.reusedTokens).toBeGreaterThan(0);
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, temperature: 0.1, maxTokens: 5 } });
  await write(chapterId, first.start.turnId, 'Edited. ');

  const { start, done } = await again(chapterId, first.start.turnId);
  expect(done.text).toBe(first.done.text);
  expect(done.stats).toMatchObject({ reusedTokens: 0, seed: first.done.stats?.seed });
  expect(start.first).toEqual({ turnId: first.start.turnId, text: first.done.text, reason: 'length' });
  const { turns, activeRootId } = await client.chapters.open({ id: chapterId });
  expect(activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) }).at(-1)?.id).toBe(
    start.turnId,
  );
  expect(turns.find(({ id }) => id === start.turnId)?.parentId).toBe(asked);
  await client.writing.activate({ changeId: newId(), chapterId, turnId: first.start.turnId });
  expect(await textOf(chapterId, first.start.turnId)).toBe(`Edited. ${first.done.text}`);
});

test('a window that was cut is cut there again, wherever later replies began', async () => {
  const long = 'The keeper walked down to the harbour and counted the boats, one by one. '.repeat(22);
  const { chapterId, turnId } = await newChapter(long);
  const { start: opening } = await reply(chapterId, turnId);
  const more = await say(chapterId, opening.turnId, long);
  const { start: middle } = await reply(chapterId, more);
  const asked = await say(chapterId, middle.turnId, long);
  const { start: cut } = await reply(chapterId, asked);
  const filled = await say(chapterId, cut.turnId, long.slice(0, 1200));
  const first = await reply(chapterId, filled);
  expect((await client.writing.plan({ chapterId, turnId: filled, offset: null })).cut).not.toBeNull();
  // The newest reply on the way there began its window at the chapter's start.
  await written({ ...newIds(), chapterId, kind: 'continue', turnId: opening.turnId, offset: 10 });
  const { done } = await again(chapterId, first.start.turnId);
  expect(done.text).toBe(first.done.text);
  expect(done.stats?.promptTokens).toBe(first.done.stats?.promptTokens);
});

test('a reply that went on inside a turn is made again from the same beginning', async () => {
  const { chapterId, turnId } = await newChapter('Tell me of a lighthouse.');
  const opening = await reply(chapterId, turnId);
  const at = 20;
  const first = await written({ ...newIds(), chapterId, kind: 'continue', turnId: opening.start.turnId, offset: at });
  const { start, done } = await again(chapterId, opening.start.turnId);
  expect(start).toMatchObject({ offset: at, first: { text: opening.done.text.slice(0, at) + first.done.text } });
  // In front of a word, the first one ends with a space of the studio's.
  expect(first.done.text.replace(/ $/, '')).toBe(done.text.replace(/ $/, ''));
  expect(await textOf(chapterId, start.turnId)).toBe(opening.done.text.slice(0, at) + done.text);
});

test('what was written on in a person’s turn is made again as theirs', async () => {
  const { chapterId, turnId } = await newChapter('I went to the lighthouse, and');
  const wish = {
    ...newIds(),
    chapterId,
    kind: 'continue' as const,
    turnId,
    offset: 'I went to the lighthouse, and'.length,
  };
  const first = await written(wish);
  const { start, done } = await again(chapterId, turnId);
  expect(done.text).toBe(first.done.text);
  const { turns } = await client.chapters.open({ id: chapterId });
  expect(turns.find(({ id }) => id === start.turnId)).toMatchObject({ role: 'user', parentId: null });
});

test.each([
  ['after a space', 'Once there was a little ', ' '],
  ['inside a word', 'Once there was a little gi', ' gi'],
])(
  'a reply that goes on %s stands behind just what was written, and is made again',
  async (_where, words, heldBack) => {
    const { chapterId, turnId } = await newChapter('Tell me.', { temperature: 0.9, candidates: 5, maxTokens: 12 });
    const begun = await say(chapterId, turnId, words, 'model');
    const plan = await client.writing.plan({ chapterId, turnId: begun, offset: words.length });
    expect(plan.heldBack).toBe(heldBack);
    const wish = { ...newIds(), chapterId, kind: 'continue' as const, turnId: begun, offset: words.length };
    const first = await written(wish);
    expect(first.done.text).toMatch(/^[a-z]/);
    expect(first.done.stats?.promptTokens).toBe(plan.total);
    expect(await textOf(chapterId, begun)).toBe(words + first.done.text);
    const [recorded] = await client.writing.candidates({ generationId: wish.generationId });
    expect(recorded).toMatchObject({ offset: words.length, turnId: begun });
    for (const { text, at } of recorded?.words.slice(1) ?? [])
      expect(first.done.text.slice(at, at + text.length)).toBe(text);

    const { start, done } = await again(chapterId, begun);
    expect(done.text).toBe(first.done.text);
    expect(await textOf(chapterId, start.turnId)).toBe(words + first.done.text);
  },
);

test('what no model wrote, and what another model or other settings would write, is refused in words, and nothing is changed', async () => {
  const { chapterId, turnId } = await newChapter('A fox came to the gate.');
  const { start, done: first } = await reply(chapterId, turnId);
  expect(await refusal(again(chapterId, turnId))).toMatchObject({ code: 'UNKNOWN_REPLY' });

  const [demo, another] = await lookedAtModels(client);
  const before = await client.chapters.open({ id: chapterId });
  const refusedFor = async (): Promise<unknown> => {
    const { code, params } = await refusal(again(chapterId, start.turnId));
    expect(code).toBe('NOT_THE_SAME');
    expect(await client.chapters.open({ id: chapterId })).toEqual(before);
    return params['differences'];
  };
  await client.models.setFormat({ id: demo?.id ?? '', format: 'chatml' });
  expect(await refusedFor()).toEqual([{ of: 'format', once: 'Metharme', now: 'ChatML' }]);
  await client.models.setFormat({ id: demo?.id ?? '', format: null });
  await client.models.load({ id: demo?.id ?? '', contextSize: 512 });
  expect(await refusedFor()).toContainEqual({ of: 'context', once: 1024, now: 512 });
  await client.models.load({ id: another?.id ?? '', contextSize: null });
  expect(await refusedFor()).toEqual([{ of: 'model', once: 'Pocket storyteller', now: 'another' }]);
  await client.models.load({ id: demo?.id ?? '', contextSize: null });
  const { done } = await again(chapterId, start.turnId);
  expect(done.text).toBe(first.text);
});

/** A studio where the clocks show another day: from one end of the world to the other it always is. */
async function inZone<T>(zone: string, folder: string, work: () => Promise<T>): Promise<T> {
  const here = client;
  const there = await serve({ data: folder, env: { TZ: zone } });
  const connected = await connect(there);
  ({ client } = connected);
  try {
    await engineReaches(client, ['ready']);
    return await work();
  } finally {
    client = here;
    connected.close();
    await there.stop();
  }
}

const DATED = `<|system|>Today is {{ strftime_now('%d %B %Y') }}.{% for m in messages %}<|{{ 'model' if m.role == 'assistant' else m.role }}|>{{ m.content }}{% endfor %}<|model|>`;

test('where the model’s template tells the date, that of a reply is kept with it: another day it is made again to the letter (F14)', async () => {
  const folder = temporaryFolder('dated');
  mkdirSync(join(folder, 'models'));
  const dated = new OddModels(temporaryFolder('models')).changed({
    set: [['tokenizer.chat_template', 'string', DATED]],
  });
  copyFileSync(dated, join(folder, 'models', 'dated.gguf'));
  const planned = (chapterId: string, turnId: string) => client.writing.plan({ chapterId, turnId, offset: null });

  const [{ chapterId, turnId }, once, first, lost] = await inZone('Etc/GMT+12', folder, async () => {
    const model = (await lookedAtModels(client)).find(({ name }) => name === 'dated');
    await client.models.load({ id: model?.id ?? '', contextSize: null });
    const chapter = await newChapter('A fox came to the gate.', { temperature: 0.5 });
    const written = await reply(chapter.chapterId, chapter.turnId);
    const asked = await say(chapter.chapterId, written.start.turnId, 'What did it want?');
    const other = await reply(chapter.chapterId, asked);
    return [chapter, await planned(chapter.chapterId, chapter.turnId), written, other.start.turnId];
  });
  expect(once.date).toMatch(/^\d\d [A-Z][a-z]+ \d{4}$/);
  const store = new Database(join(folder, 'store.db'));
  store.prepare(`UPDATE generations SET settings = json_remove(settings, '$.datedFormat') WHERE turn_id = ?`).run(lost);
  store.close();
  await inZone('Pacific/Kiritimati', folder, async () => {
    const now = await planned(chapterId, turnId);
    expect(now.date).toMatch(/^\d\d [A-Z][a-z]+ \d{4}$/);
    expect(now.date).not.toBe(once.date);
    const { done } = await again(chapterId, first.start.turnId);
    expect(done.text).toBe(first.done.text);
    expect(await refusal(again(chapterId, lost))).toMatchObject({
      code: 'NOT_THE_SAME',
      params: { differences: [{ of: 'head' }] },
    });
  });
});
