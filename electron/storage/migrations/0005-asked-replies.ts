import type { Migration } from './migration.ts';

/** What a reply's asker was answered, whether a turn was made for it, and how that was taken back. */
export const askedReplies: Migration = {
  version: 5,
  up: `
    ALTER TABLE generations ADD COLUMN made TEXT;
    ALTER TABLE generations ADD COLUMN asked TEXT;
    ALTER TABLE generations ADD COLUMN undone TEXT;
  `,
};
