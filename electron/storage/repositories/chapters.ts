import type { ChapterSummary } from '../../../shared/contract/stories.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, first, query, tables } from '../core/query.ts';
import { removalTime } from '../core/counters.ts';
import { addChapter, findTurn, needChapter, needLivingStory, saveChapter } from '../core/rows.ts';
import type { ChapterRow } from '../core/schema.ts';
import { wordsSince } from './word-counts.ts';
import { createTurn } from './write-turns.ts';

const livingChapters = query((p: { storyId: string }) =>
  tables
    .selectFrom('chapters')
    .selectAll()
    .where('story_id', '=', p.storyId)
    .where('removed_at', 'is', null)
    .orderBy('position')
    .orderBy('id'),
);
const chapterById = query((p: { id: string }) => tables.selectFrom('chapters').selectAll().where('id', '=', p.id));
const lastPosition = query((p: { storyId: string }) =>
  tables
    .selectFrom('chapters')
    .select((e) => e.fn.max('position').as('last'))
    .where('story_id', '=', p.storyId),
);

export function listChapters(db: ReadableDB, storyId: string): ChapterSummary[] {
  return all(db, livingChapters, { storyId }).map((row) => summary(db, row));
}

export function getChapter(db: ReadableDB, id: string): ChapterSummary {
  return summary(db, needChapter(db, id));
}

/**
 * A chapter at the end of its story, with one empty user turn. The same id again answers with the chapter that is
 * there.
 */
export function createChapter(
  db: WritableDB,
  given: { id: string; storyId: string; title: string; turnId: string; writtenAt?: number },
): ChapterSummary {
  return transaction(db, () => {
    const known = first(db, chapterById, { id: given.id });
    if (known && known.story_id !== given.storyId) throw failure('CHAPTER_TAKEN', {});
    if (known) return summary(db, known);
    needLivingStory(db, given.storyId);
    if (findTurn(db, given.turnId)) throw failure('ORDER', { turnId: given.turnId });
    const position = (first(db, lastPosition, { storyId: given.storyId })?.last ?? 0) + 1;
    addChapter(db, {
      id: given.id,
      story_id: given.storyId,
      title: given.title.toWellFormed(),
      position,
      structure_rev: 1,
      active_root_id: given.turnId,
      words: 0,
      last_order: 1,
      created_at: Date.now(),
      written_at: given.writtenAt ?? 0,
      removed_at: null,
      checksum: 0,
    });
    createTurn(db, given.id, {
      id: given.turnId,
      parentId: null,
      activeChildId: null,
      order: 1,
      role: 'user',
      speaker: null,
      marked: false,
      text: '',
      version: 1,
      interrupted: false,
      tombstone: null,
    });
    return getChapter(db, given.id);
  });
}

export function renameChapter(db: WritableDB, id: string, title: string): void {
  transaction(db, () => saveChapter(db, needChapter(db, id), { title: title.toWellFormed() }));
}

/** Takes a chapter out of its story; everything in it stays. */
export function removeChapter(db: WritableDB, id: string): void {
  transaction(db, () => saveChapter(db, needChapter(db, id), { removed_at: removalTime(db) }));
}

export function restoreChapter(db: WritableDB, id: string): void {
  transaction(db, () => saveChapter(db, needChapter(db, id), { removed_at: null }));
}

function summary(db: ReadableDB, row: ChapterRow): ChapterSummary {
  const words = row.words + wordsSince(db, row);
  return { id: row.id, storyId: row.story_id, title: row.title, words, position: row.position };
}
