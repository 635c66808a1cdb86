import { newId } from '../../../shared/document/ids.ts';
import { activeAfter, livingChildren, livingTurn } from '../../../shared/document/draft.ts';
import type { Op } from '../../../shared/document/turn.ts';
import type { WritableDB } from '../core/handle.ts';
import { needChapter, needStory } from '../core/rows.ts';
import type { GenerationRow } from '../core/schema.ts';
import { applyChange } from './changes.ts';
import { storedDraft } from './stored-turns.ts';

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
  const chapter = needChapter(db, row.chapter_id);
  const isDeleted = chapter.removed_at !== null || needStory(db, chapter.story_id).removed_at !== null;
  if (row.made === null || isDeleted) return null;
  const draft = storedDraft(db, chapter);
  const turn = livingTurn(draft, row.turn_id);
  if (turn === null || turn.version !== UNTOUCHED || livingChildren(draft, turn.id).length > 0) return null;
  const { parentId } = turn;
  const others = livingChildren(draft, parentId).filter((id) => id !== turn.id);
  const { shownBefore } = JSON.parse(row.made) as Made;
  const back =
    activeAfter(draft, parentId) === turn.id ? (others.find((id) => id === shownBefore) ?? others.at(-1)) : undefined;
  const ops: Op[] = [{ op: 'remove', turnId: turn.id }];
  if (back !== undefined) ops.push({ op: 'activate', parentId, turnId: back });
  const change = { changeId: newId(), chapterId: chapter.id, structureRev: chapter.structure_rev, ops };
  const { structureRev } = applyChange(db, change);
  return { structureRev, ops };
}
