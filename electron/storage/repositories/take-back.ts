import { newId } from '../../../shared/document/ids.ts';
import { childrenOf, shownAfter } from '../../../shared/document/tree.ts';
import type { Op } from '../../../shared/document/turn.ts';
import type { WritableDB } from '../core/handle.ts';
import { needChapter } from '../core/rows.ts';
import type { GenerationRow } from '../core/schema.ts';
import { applyChange } from './changes.ts';
import { readTree } from './turns.ts';

/** A turn was made for a reply: what was shown in its place before. */
export interface Made {
  readonly shownBefore: string | null;
}
export interface Undone {
  readonly structureRev: number;
  readonly ops: readonly Op[];
}

/** Nobody has touched a turn since it was inserted. */
const UNTOUCHED = 1;

/** Takes back the turn made for a reply and shows what was shown before, unless a person wrote into it or below it. */
export function takeBack(db: WritableDB, row: GenerationRow): Undone | null {
  if (row.made === null || needChapter(db, row.chapter_id).removed_at !== null) return null;
  const tree = readTree(db, row.chapter_id, { texts: 'none' });
  const turn = tree.turns.get(row.turn_id);
  if (!turn || turn.tombstone || turn.version !== UNTOUCHED || childrenOf(tree, turn.id).length > 0) return null;
  const { parentId } = turn;
  const others = childrenOf(tree, parentId).filter(({ id }) => id !== turn.id);
  const { shownBefore } = JSON.parse(row.made) as Made;
  const back =
    shownAfter(tree, parentId) === turn.id ? (others.find(({ id }) => id === shownBefore) ?? others.at(-1)) : undefined;
  const ops: Op[] = [{ op: 'remove', turnId: turn.id }];
  if (back) ops.push({ op: 'activate', parentId, turnId: back.id });
  const { chapter_id: chapterId } = row;
  const { structureRev } = applyChange(db, { changeId: newId(), chapterId, structureRev: tree.structureRev, ops });
  return { structureRev, ops };
}
