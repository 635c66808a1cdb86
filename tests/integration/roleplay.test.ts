import { newIds } from '../helpers/new-ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CastView } from '../../shared/contract/cast.ts';
import { activePath, childrenOf } from '../../shared/document/tree.ts';
import { newId } from '../../shared/document/ids.ts';
import type { TreeTurn, TurnTree } from '../../shared/document/turn.ts';
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

let server: Server;
let connection: Connection;
let client: StudioClient;

beforeAll(async () => {
  server = await serve({ data: temporaryFolder('roleplay') });
  connection = await connect(server);
  ({ client } = connection);
  await engineReaches(client, ['ready']);
}, 60_000);
afterAll(async () => {
  connection.close();
  await server.stop();
});

type Change = Parameters<StudioClient['characters']['edit']>[0]['changes'][number];

async function character(name: string, changes: Change[] = [], kind: 'character' | 'persona' = 'character') {
  const id = newId();
  await client.characters.create({ id, kind, name });
  if (changes.length > 0) await client.characters.edit({ id, changes });
  return id;
}
const said = (field: 'firstMessage' | 'description' | 'systemPrompt', is: string): Change => ({ field, was: '', is });

async function castOf(storyId: string): Promise<CastView> {
  for await (const cast of await client.cast.watch({ storyId })) return cast;
  throw new Error('no cast');
}
async function treeOf(chapterId: string): Promise<TurnTree> {
  const { activeRootId, turns } = await client.chapters.open({ id: chapterId });
  return { activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) };
}
const pathOf = async (chapterId: string): Promise<TreeTurn[]> => activePath(await treeOf(chapterId));

async function start(characterIds: string[], personaId: string | null = null) {
  const ids = { storyId: newId(), chapterId: newId() };
  await client.cast.start({ ...ids, characterIds, personaId });
  await client.settings.setSampling({
    storyId: ids.storyId,
    sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens: 12 },
  });
  return ids;
}

async function say(chapterId: string, text: string): Promise<string> {
  const { structureRev } = await client.chapters.open({ id: chapterId });
  const [turnId, last] = [newId(), (await pathOf(chapterId)).at(-1)];
  const turn = { id: turnId, role: 'user' as const, speaker: null, marked: true, text };
  const ops = [{ op: 'insert' as const, turn, after: last?.id ?? null, as: 'chain' as const }];
  await client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops });
  return turnId;
}

async function written(wish: Parameters<StudioClient['writing']['generate']>[0]) {
  const { generationId, turnId } = await client.writing.generate(wish);
  for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
    if (event.type === 'done') return { turnId, done: event };
  throw new Error('the reply never ended');
}
const fieldsOf = async (chapterId: string): Promise<string[]> =>
  (await client.writing.plan({ chapterId, turnId: null, offset: null })).segments.flatMap(({ source }) =>
    source.kind === 'note' ? [`${source.field ?? ''} ${source.of ?? ''}`.trim()] : [],
  );

test('a roleplay begins with the greeting, the others as its alternates, and its macros are those of the persona', async () => {
  const mara = await character('Mara', [], 'persona');
  const odo = await character('Odo', [
    said('firstMessage', '{{char}} nods to {{user}}.\r\n“Late.”'),
    { field: 'alternateGreetings', was: [], is: ['No boat today, {{user}}.', '', 'The ferry is gone.'] },
    said('description', '{{char}} keeps the ferry.'),
  ]);
  const { storyId, chapterId } = await start([odo], mara);
  // Asked again, it is the same story.
  await client.cast.start({ storyId, chapterId, characterIds: [odo], personaId: mara });
  const tree = await treeOf(chapterId);
  expect(activePath(tree).map(({ role, speaker, text }) => [role, speaker, text])).toEqual([
    ['model', 'Odo', 'Odo nods to Mara.\n“Late.”'],
  ]);
  expect(childrenOf(tree, null)).toHaveLength(3);
  expect((await client.stories.list()).find(({ id }) => id === storyId)?.title).toBe('Odo');
  expect(await castOf(storyId)).toMatchObject({
    personaId: mara,
    members: [{ characterId: odo, muted: false }],
    people: [{ name: 'Odo' }, { name: 'Mara' }],
  });
  await say(chapterId, 'Can you take me across?');
  expect(await fieldsOf(chapterId)).toEqual(['system', 'description Odo']);
  const { turnId } = await written({ ...newIds(), chapterId, kind: 'reply', turnId: null, offset: null });
  expect((await treeOf(chapterId)).turns.get(turnId)).toMatchObject({ role: 'model', speaker: 'Odo' });
});

test('an edit of a card reaches its stories, and what was written before it is not made again', async () => {
  const odo = await character('Odo', [said('firstMessage', 'Late again.'), said('description', 'A ferryman.')]);
  const { storyId, chapterId } = await start([odo]);
  await say(chapterId, 'Hello?');
  const { turnId, done } = await written({ ...newIds(), chapterId, kind: 'reply', turnId: null, offset: null });
  const again = () => written({ ...newIds(), chapterId, kind: 'again', turnId, offset: null });
  expect((await again()).done.text).toBe(done.text);
  await client.characters.edit({ id: odo, changes: [{ field: 'description', was: 'A ferryman.', is: 'A smuggler.' }] });
  await expect(again()).rejects.toMatchObject({
    data: { code: 'NOT_THE_SAME', params: { differences: [{ of: 'beside' }] } },
  });
  // Who was deleted can still be read where they are used.
  await client.characters.remove({ id: odo });
  expect(await castOf(storyId)).toMatchObject({ people: [{ name: 'Odo', isRemoved: true }] });
  expect(await fieldsOf(chapterId)).toContain('description Odo');
});

test('several speak in their order, by hand, without those who are muted; one writes for the person', async () => {
  const mara = await character('Mara', [], 'persona');
  const [odo, ines, tam] = [
    await character('Odo', [
      said('firstMessage', 'Odo alone.'),
      { field: 'groupOnlyGreetings', was: [], is: ['All are here.'] },
    ]),
    await character('Ines', [said('description', 'Ines mends nets.')]),
    await character('Tam'),
  ];
  const { storyId, chapterId } = await start([odo, ines, tam], mara);
  expect((await pathOf(chapterId)).map(({ speaker, text }) => [speaker, text])).toEqual([['Odo', 'All are here.']]);
  const cast = await castOf(storyId);
  const members = cast.members.map((member) => ({ ...member, muted: member.characterId === tam }));
  const { people: _, ...content } = cast;
  await client.cast.set({ storyId, cast: { ...content, members } });

  const next = async () => (await client.cast.next({ chapterId, turnId: null })).characterId;
  expect(await next()).toBe(ines);
  const answer = (speakerId: string | null = null) =>
    written({ ...newIds(), chapterId, kind: 'reply', turnId: null, offset: null, speakerId });
  const speakers = async () => (await pathOf(chapterId)).map(({ role, speaker }) => `${role} ${speaker ?? ''}`);
  await answer(ines);
  expect(await next()).toBe(odo);
  await answer(odo);
  await say(chapterId, 'And you?');
  await answer();
  expect(await speakers()).toEqual(['model Odo', 'model Ines', 'model Odo', 'user ', 'model Ines']);

  await client.cast.set({ storyId, cast: { ...content, members, speaks: 'model' } });
  expect([odo, ines]).toContain(await next());

  const mine = await written({ ...newIds(), chapterId, kind: 'impersonate', turnId: null, offset: null });
  expect((await pathOf(chapterId)).at(-1)).toMatchObject({ id: mine.turnId, role: 'user', speaker: 'Mara' });
  expect(mine.done.text).toMatch(/^\S/);
  // In a group names are written: what the model says for one of the others is no part of a turn.
  for (const { text } of await pathOf(chapterId)) expect(text).not.toMatch(/^(?:Odo|Ines|Tam|Mara):/m);
});
