import type { Migration } from './migration.ts';

/** Of a model file that was read to its end: the first of its weights that is no number. */
export const brokenWeights: Migration = {
  version: 2,
  up: 'ALTER TABLE models ADD COLUMN broken TEXT;',
};
