import type { Migration } from './migration.ts';

/**
 * How long the text of an ended reply is, and the version of its turn then: as long as that is still the version,
 * the text can be told again.
 */
export const endedReplies: Migration = {
  version: 3,
  up: `
    ALTER TABLE generations ADD COLUMN span_length INTEGER;
    ALTER TABLE generations ADD COLUMN end_version INTEGER;
  `,
};
