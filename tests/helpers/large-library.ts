import { transaction } from '../../electron/storage/core/handle.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import { createStory } from '../../electron/storage/repositories/stories.ts';
import { newId } from '../../shared/document/ids.ts';

const LINE =
  'The harbour lay quiet under the rain, and nobody on the quay looked up when the lamp went out; “wait here,” she said. ';
const LINES = 30;
const OPS = 100;

interface Large {
  readonly stories: number;
  /** Of each story's one chapter; a multiple of 100. */
  readonly turns: number;
}

/** Makes a library of long turns in an empty folder: 100,000 of them take about 420 MB. Answers with its stories. */
export function makeLargeLibrary(folder: string, { stories, turns }: Large): string[] {
  const { db, close } = openStore(folder);
  const ids = Array.from({ length: stories }, (_, number) => {
    const [storyId, chapterId, root] = [newId(), newId(), newId()];
    transaction(db, () => {
      createStory(db, { id: storyId, title: `Story ${String(number)}`, chapterId, turnId: root });
      let after = root;
      let structureRev = 1;
      for (let at = 0; at < turns; at += OPS) {
        const ops = Array.from({ length: OPS }, (__, place) => {
          const role = place % 2 === 0 ? ('model' as const) : ('user' as const);
          const text = `${String(number)} ${String(at + place)} ${LINE.repeat(LINES)}`;
          const turn = { id: newId(), role, speaker: null, marked: true, text };
          const op = { op: 'insert' as const, turn, after, as: 'chain' as const };
          after = turn.id;
          return op;
        });
        ({ structureRev } = applyChange(db, { changeId: newId(), chapterId, structureRev, ops }));
      }
    });
    return storyId;
  });
  close();
  return ids;
}
