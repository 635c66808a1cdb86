import type { Migration } from './migration.ts';

/** What was asked under the id of a change; null of those of before. */
export const boundChanges: Migration = {
  version: 8,
  up: `ALTER TABLE changes ADD COLUMN digest TEXT;`,
};
