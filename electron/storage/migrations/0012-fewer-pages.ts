import type { Migration } from './migration.ts';

/**
 * A saved message touches fewer pages: one index of a chapter's turns instead of two, a change found by its id alone,
 * and when a story was written in stands with its chapters, whose rows are written anyway.
 */
export const fewerPages: Migration = {
  version: 12,
  up: `
    DROP INDEX turns_in_order;
    DROP INDEX turns_of_parent;
    CREATE INDEX turns_of_chapter ON turns (chapter_id, parent_id);

    ALTER TABLE chapters ADD COLUMN last_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE chapters ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;
    UPDATE chapters SET
      last_order = (SELECT coalesce(max(ord), 0) FROM turns WHERE chapter_id = chapters.id),
      written_at = coalesce((SELECT updated_at FROM stories WHERE id = story_id AND last_chapter_id = chapters.id), 0);
    ALTER TABLE stories DROP COLUMN last_chapter_id;
    ALTER TABLE stories DROP COLUMN updated_at;

    CREATE TABLE new_changes (
      change_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, ack TEXT NOT NULL, digest BLOB
    ) STRICT, WITHOUT ROWID;
    INSERT INTO new_changes (change_id, seq, ack, digest) SELECT change_id, seq, ack, digest FROM changes;
    DROP TABLE changes;
    ALTER TABLE new_changes RENAME TO changes;
  `,
};
