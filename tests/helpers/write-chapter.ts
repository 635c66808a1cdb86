import { newId } from '../../shared/document/ids.ts';
import type { Op, Role } from '../../shared/document/turn.ts';
import type { StudioClient } from './server.ts';

/** So many turns go into one change. */
const TOGETHER = 2000;

export interface WrittenTurn {
  readonly role: Role;
  readonly text: string;
  readonly speaker?: string;
}

/** A story of one chapter, written from outside of the page; its first turn is empty, where it is not to go. */
export async function writeChapter(
  client: StudioClient,
  title: string,
  turns: readonly WrittenTurn[],
  { withFirst = true } = {},
): Promise<{ storyId: string; chapterId: string; turnIds: string[] }> {
  const [storyId, chapterId, first] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title, chapterId, turnId: first });
  const held = (await client.writing.hold({ storyId }))[Symbol.asyncIterator]();
  await held.next();
  let { structureRev } = await client.chapters.open({ id: chapterId });
  const turnIds = turns.map(() => newId());
  for (let from = 0; from < turns.length; from += TOGETHER) {
    const ops = turns.slice(from, from + TOGETHER).map((turn, n): Op => {
      const id = turnIds[from + n] ?? '';
      const after = turnIds[from + n - 1] ?? first;
      return { op: 'insert', turn: { id, speaker: null, marked: true, ...turn }, after, as: 'chain' };
    });
    ({ structureRev } = await client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops }));
  }
  const removal = { changeId: newId(), chapterId, structureRev, ops: [{ op: 'remove' as const, turnId: first }] };
  if (!withFirst) await client.writing.applyChange(removal);
  await held.return?.();
  return { storyId, chapterId, turnIds };
}
