import type { Migration } from './migration.ts';

/** What a story tells its model beside its turns. */
export const storyNotes: Migration = {
  version: 14,
  up: `
    CREATE TABLE notes (
      story_id TEXT NOT NULL REFERENCES stories (id), kind TEXT NOT NULL, text TEXT NOT NULL, depth INTEGER NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('system', 'user', 'model')),
      sends TEXT NOT NULL CHECK (sends IN ('always', 'once', 'never')), sent_at TEXT, version INTEGER NOT NULL,
      checksum INTEGER NOT NULL, PRIMARY KEY (story_id, kind)
    ) STRICT, WITHOUT ROWID;
  `,
};
