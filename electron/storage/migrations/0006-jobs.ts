import type { Migration } from './migration.ts';

/** Long work: what it was asked for, how far it came, and what became of it. */
export const jobs: Migration = {
  version: 6,
  up: `
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, params TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL,
      progress TEXT, checkpoint TEXT, result TEXT, fault TEXT,
      created_at INTEGER NOT NULL, ended_at INTEGER
    ) STRICT;
  `,
};
