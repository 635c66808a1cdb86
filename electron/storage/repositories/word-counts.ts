import { countWords } from '../../../shared/document/count-words.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { needChapter, saveChapter, saveTurn } from '../core/rows.ts';
import { all, query, tables } from '../core/query.ts';
import type { ChapterRow } from '../core/schema.ts';
import { shownTurns } from './shown-turns.ts';
import { splice, type Edit } from './texts.ts';
import { editsOf, revisionTextOf } from './turns.ts';

const openTurnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).where('open', '=', 1),
);

/** Words that a chapter shows and that came since the newest revisions of its turns. */
export function wordsSince(db: ReadableDB, chapter: Pick<ChapterRow, 'id' | 'active_root_id' | 'words'>): number {
  const open = all(db, openTurnsOf, { chapterId: chapter.id });
  if (open.length === 0) return 0;
  const shown = shownTurns(db, chapter);
  return open
    .filter((turn) => shown.has(turn.id))
    .reduce((sum, turn) => sum + wordsAdded(revisionTextOf(db, turn), editsOf(db, turn.id)), 0);
}

const turnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId),
);

/** Counts the words of a chapter and of its turns by their texts, and finds its newest turn. */
export function recount(db: WritableDB, chapterId: string): void {
  transaction(db, () => {
    const chapter = needChapter(db, chapterId);
    const turns = all(db, turnsOf, { chapterId });
    const words = new Map(turns.map((turn) => [turn.id, countWords(revisionTextOf(db, turn))]));
    for (const turn of turns) saveTurn(db, turn, { words: words.get(turn.id) ?? 0 });
    db.shownPaths.delete(chapterId);
    saveChapter(db, chapter, {
      words: [...shownTurns(db, chapter)].reduce((sum, id) => sum + (words.get(id) ?? 0), 0),
      last_order: turns.reduce((newest, { ord }) => Math.max(newest, ord), 0),
    });
  });
}

/**
 * How many words edits add to a text. Counted is only what stands between the nearest spaces around each, so that
 * a long chapter takes no longer than a short one.
 */
export function wordsAdded(text: string, edits: readonly Edit[]): number {
  let added = 0;
  for (const edit of edits) {
    const [from, to] = [spaceBefore(text, edit.at), spaceAfter(text, edit.at + edit.del)];
    const next = splice(text, edit);
    added += countWords(next.slice(from, to + next.length - text.length)) - countWords(text.slice(from, to));
    text = next;
  }
  return added;
}

const isSpace = (unit: number) => unit === 32 || unit === 10 || unit === 9 || unit === 13;

function spaceBefore(text: string, at: number): number {
  while (at > 0 && !isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function spaceAfter(text: string, at: number): number {
  while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
  return at;
}
