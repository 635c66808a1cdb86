import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../electron/storage/core/open.ts';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import { createStory } from '../../electron/storage/repositories/stories.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Op } from '../../shared/document/turn.ts';

const PROSE =
  'The harbour lay quiet under the rain, and nobody on the quay looked up when the lamp went out; “wait here,” she said, and was gone. ';

/** A message of about 75 words; no two are alike. */
export const messageText = (number: number): string => `${number}. ${PROSE.repeat(3).trimEnd()}`;

/** A chapter of so many turns, one after the other, in a store of its own. */
export interface MadeChapter {
  readonly store: Store;
  readonly folder: string;
  /** Its turns, first to last. */
  readonly turnIds: readonly string[];
  /** One change of the chapter, acknowledged. */
  change(...ops: Op[]): void;
  end(): void;
}

export const messageOp = (id: string, number: number, after: string, as: 'chain' | 'alternate' = 'chain'): Op => ({
  op: 'insert',
  turn: { id, role: number % 2 === 0 ? 'user' : 'model', speaker: null, marked: true, text: messageText(number) },
  after,
  as,
});

export function madeChapter(turns: number): MadeChapter {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-chapter-'));
  const store = openStore(folder);
  const [chapterId, first] = [newId(), newId()];
  createStory(store.db, { id: newId(), title: 'Messages', chapterId, turnId: first });
  let structureRev = 1;
  const change = (...ops: Op[]) => {
    ({ structureRev } = applyChange(store.db, { changeId: newId(), chapterId, structureRev, ops }));
  };
  const turnIds = [first, ...Array.from({ length: turns - 1 }, newId)];
  if (turns > 1) change(...turnIds.slice(1).map((id, at) => messageOp(id, at + 1, turnIds[at] ?? '')));
  return {
    store,
    folder,
    turnIds,
    change,
    end: () => {
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
