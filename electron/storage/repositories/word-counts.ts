import { sql } from 'kysely';
import { countWords } from '../../../shared/document/count-words.ts';
import type { ReadableDB, WritableDB } from '../core/handle.ts';
import { all, first, query, run, tables } from '../core/query.ts';
import { needChapter } from '../core/rows.ts';
import type { ChapterRow } from '../core/schema.ts';
import { splice, type Edit } from './texts.ts';
import { timeAfter } from '../core/time-after.ts';
import { editsOf, revisionTextOf } from './turns.ts';

const wordsOfPath = query((p: { root: string }) =>
  tables
    .withRecursive('path', (e) =>
      e
        .selectFrom('turns')
        .select(['id', 'words', 'active_child_id'])
        .where('id', '=', p.root)
        .unionAll(
          e
            .selectFrom('path')
            .innerJoin('turns', 'turns.id', 'path.active_child_id')
            .select(['turns.id', 'turns.words', 'turns.active_child_id']),
        ),
    )
    .selectFrom('path')
    .select(sql<number | null>`sum(words)`.as('words')),
);
const openTurnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).where('open', '=', 1),
);
const idsOfPath = query((p: { root: string }) =>
  tables
    .withRecursive('path', (e) =>
      e
        .selectFrom('turns')
        .select(['id', 'active_child_id'])
        .where('id', '=', p.root)
        .unionAll(
          e
            .selectFrom('path')
            .innerJoin('turns', 'turns.id', 'path.active_child_id')
            .select(['turns.id', 'turns.active_child_id']),
        ),
    )
    .selectFrom('path')
    .select('id'),
);
const setWords = query((p: { id: string; words: number }) =>
  tables.updateTable('chapters').set({ words: p.words }).where('id', '=', p.id),
);
const newestStory = query((p: { id: string }) =>
  tables
    .selectFrom('stories')
    .select((e) => e.fn.max('updated_at').as('at'))
    .where('id', '!=', p.id),
);
const touchStory = query((p: { id: string; chapterId: string; at: number }) =>
  tables.updateTable('stories').set({ last_chapter_id: p.chapterId, updated_at: p.at }).where('id', '=', p.id),
);

/** Words of what a chapter shows, as of the newest revisions; and its story was written in just now. */
export function recountChapter(db: WritableDB, chapterId: string): void {
  const chapter = needChapter(db, chapterId);
  const words =
    chapter.active_root_id === null ? 0 : (first(db, wordsOfPath, { root: chapter.active_root_id })?.words ?? 0);
  run(db, setWords, { id: chapterId, words });
  const at = timeAfter(first(db, newestStory, { id: chapter.story_id })?.at);
  run(db, touchStory, { id: chapter.story_id, chapterId, at });
}

/** Words that a chapter shows and that came since the newest revisions of its turns. */
export function wordsSince(
  db: ReadableDB,
  { id, active_root_id: root }: Pick<ChapterRow, 'id' | 'active_root_id'>,
): number {
  const open = all(db, openTurnsOf, { chapterId: id });
  if (open.length === 0 || root === null) return 0;
  const shown = new Set(all(db, idsOfPath, { root }).map((turn) => turn.id));
  return open
    .filter((turn) => shown.has(turn.id))
    .reduce((sum, turn) => sum + wordsAdded(revisionTextOf(db, turn), editsOf(db, turn.id)), 0);
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
