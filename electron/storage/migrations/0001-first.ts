import type { Migration } from './migration.ts';

/** Stories, chapters, the tree of turns with its history, generations, settings, models. */
export const first: Migration = {
  version: 1,
  up: `
    CREATE TABLE stories (
      id TEXT PRIMARY KEY, title TEXT NOT NULL, last_chapter_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      removed_at INTEGER, checksum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE chapters (
      id TEXT PRIMARY KEY, story_id TEXT NOT NULL REFERENCES stories (id), title TEXT NOT NULL, position INTEGER NOT NULL,
      structure_rev INTEGER NOT NULL, active_root_id TEXT, words INTEGER NOT NULL,
      created_at INTEGER NOT NULL, removed_at INTEGER, checksum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX chapters_of_story ON chapters (story_id, position);

    CREATE TABLE turns (
      id TEXT PRIMARY KEY, chapter_id TEXT NOT NULL REFERENCES chapters (id),
      parent_id TEXT REFERENCES turns (id) DEFERRABLE INITIALLY DEFERRED, active_child_id TEXT,
      ord INTEGER NOT NULL, role TEXT NOT NULL CHECK (role IN ('system', 'user', 'model')), speaker TEXT, marked INTEGER NOT NULL,
      version INTEGER NOT NULL, length INTEGER NOT NULL, words INTEGER NOT NULL, interrupted INTEGER NOT NULL, open INTEGER NOT NULL,
      full_seq INTEGER NOT NULL, head_seq INTEGER NOT NULL,
      removed_seq INTEGER, removed_at INTEGER, removed_children TEXT, removed_was_active INTEGER, checksum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX turns_in_order ON turns (chapter_id, ord);
    CREATE INDEX turns_of_parent ON turns (parent_id);
    CREATE INDEX turns_open ON turns (chapter_id) WHERE open = 1;
    CREATE INDEX turns_removed ON turns (chapter_id, removed_seq) WHERE removed_seq IS NOT NULL;

    CREATE TABLE revisions (
      turn_id TEXT NOT NULL REFERENCES turns (id), seq INTEGER NOT NULL, version INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('full', 'patch')), role TEXT NOT NULL, speaker TEXT, body TEXT NOT NULL, length INTEGER NOT NULL,
      hash TEXT NOT NULL, reason TEXT NOT NULL, created_at INTEGER NOT NULL, checksum INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX revisions_of_turn ON revisions (turn_id, seq);

    CREATE TABLE edits (
      turn_id TEXT NOT NULL REFERENCES turns (id), version INTEGER NOT NULL, at INTEGER NOT NULL, del INTEGER NOT NULL, ins TEXT NOT NULL,
      checksum INTEGER NOT NULL, PRIMARY KEY (turn_id, version)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE generations (
      id TEXT PRIMARY KEY, chapter_id TEXT NOT NULL REFERENCES chapters (id), turn_id TEXT NOT NULL REFERENCES turns (id),
      kind TEXT NOT NULL CHECK (kind IN ('reply', 'continue', 'retry')), start_offset INTEGER NOT NULL, span_offset INTEGER NOT NULL,
      settings TEXT NOT NULL, seed INTEGER NOT NULL, cut TEXT, ledger TEXT, stats TEXT, reason TEXT,
      started_at INTEGER NOT NULL, ended_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX generations_of_chapter ON generations (chapter_id, started_at);
    CREATE INDEX generations_of_turn ON generations (turn_id);
    CREATE INDEX generations_running ON generations (turn_id) WHERE ended_at IS NULL;

    CREATE TABLE journal (
      generation_id TEXT NOT NULL REFERENCES generations (id), seq INTEGER NOT NULL, text TEXT NOT NULL, checksum INTEGER NOT NULL,
      PRIMARY KEY (generation_id, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE changes (seq INTEGER PRIMARY KEY, change_id TEXT NOT NULL UNIQUE, ack TEXT NOT NULL) STRICT;
    CREATE TABLE settings (scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID;
    CREATE TABLE models (
      id TEXT PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, modified_at INTEGER NOT NULL, sha256 TEXT,
      architecture TEXT, context_length INTEGER, chosen_format TEXT, context_size INTEGER, last_used_at INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
};
