import type { Migration } from './migration.ts';

/** The model files of the watched folders, as they were when they were last looked at. */
export const foundModels: Migration = {
  version: 7,
  up: `
    CREATE TABLE found_models (
      id TEXT PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, modified_at INTEGER NOT NULL
    ) STRICT;
  `,
};
