import type Database from 'better-sqlite3';
import { turnHash } from '../../electron/storage/core/checksum.ts';
import { countWords } from '../../shared/document/count-words.ts';
import { chapterChecksum, revisionChecksum, storyChecksum, turnChecksum } from '../../electron/storage/core/rows.ts';
import type { ChapterRow, RevisionRow, StoryRow, TurnRow } from '../../electron/storage/core/schema.ts';

interface Given {
  readonly id: string;
  readonly title: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly updatedAt?: number;
}

/** A story with one empty turn, as stores of before schema 12 had it. */
export function createOldStory(
  sqlite: Database.Database,
  { id, title, chapterId, turnId, updatedAt = 1 }: Given,
): void {
  const story = { id, title, last_chapter_id: chapterId, created_at: 1, updated_at: updatedAt, removed_at: null };
  const chapter = { id: chapterId, story_id: id, title: 'Chapter 1', position: 1, structure_rev: 1 };
  const kept = { ...chapter, active_root_id: turnId, words: 0, created_at: 1, removed_at: null };
  put(sqlite, 'stories', { ...story, checksum: storyChecksum(story as unknown as StoryRow) });
  put(sqlite, 'chapters', { ...kept, checksum: chapterChecksum(kept as unknown as ChapterRow) });
  putOldTurn(sqlite, { id: turnId, chapter_id: chapterId, ord: 1 }, '');
}

export function putOldTurn(
  sqlite: Database.Database,
  given: Pick<TurnRow, 'id' | 'chapter_id' | 'ord'> & Partial<TurnRow>,
  text: string,
): void {
  const turn: TurnRow = {
    parent_id: null,
    active_child_id: null,
    role: 'user',
    speaker: null,
    marked: 1,
    version: 1,
    length: text.length,
    words: countWords(text),
    interrupted: 0,
    open: 0,
    full_seq: 1,
    head_seq: 1,
    removed_seq: null,
    removed_at: null,
    removed_children: null,
    removed_was_active: null,
    checksum: 0,
    ...given,
  };
  put(sqlite, 'turns', { ...turn, checksum: turnChecksum(turn) });
  const revision: RevisionRow = {
    turn_id: turn.id,
    seq: 1,
    version: 1,
    kind: 'full',
    role: turn.role,
    speaker: null,
    body: text,
    length: text.length,
    hash: turnHash(turn.role, null, text),
    reason: 'start',
    created_at: 1,
    checksum: 0,
  };
  put(sqlite, 'revisions', { ...revision, checksum: revisionChecksum(revision) });
}

function put(sqlite: Database.Database, table: string, row: object): void {
  const names = Object.keys(row);
  sqlite.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map((name) => `@${name}`).join()})`).run(row);
}
