import type { Migration } from './migration.ts';

/** What else could have been written in a reply, beside its text. */
export const candidates: Migration = {
  version: 4,
  up: `
    CREATE TABLE candidates (generation_id TEXT PRIMARY KEY REFERENCES generations (id), record BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
  `,
};
