import type { Migration } from './migration.ts';

/**
 * Characters and personas with their cards, and the files that belong to them. What is searched for stands in an index
 * of its own, whose rows are found by `number`: it is not moved by a VACUUM.
 */
export const characters: Migration = {
  version: 13,
  up: `
    CREATE TABLE assets (
      id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, type TEXT NOT NULL,
      unused_since INTEGER, checksum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE characters (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, creator TEXT NOT NULL,
      tags TEXT NOT NULL, favourite INTEGER NOT NULL, spec TEXT NOT NULL, container TEXT,
      original_id TEXT REFERENCES assets (id), avatar_id TEXT REFERENCES assets (id),
      thumbnail_id TEXT REFERENCES assets (id),
      created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, removed_at INTEGER, checksum INTEGER NOT NULL,
      card TEXT NOT NULL
    ) STRICT;
    CREATE INDEX characters_by_name ON characters (kind, name COLLATE NOCASE);
    CREATE INDEX characters_by_change ON characters (kind, changed_at);
    CREATE VIRTUAL TABLE character_words USING fts5(
      name, tags, more, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
    );
  `,
};
