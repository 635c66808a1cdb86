import type { Migration } from './migration.ts';

/** What was asked under the id of a change takes 8 bytes. The changes of before count as known by their id alone. */
export const shortDigests: Migration = {
  version: 11,
  up: `
    ALTER TABLE changes DROP COLUMN digest;
    ALTER TABLE changes ADD COLUMN digest BLOB;
  `,
};
