import type { Migration } from './migration.ts';

/** How its engine computed a reply is kept in the engine's own terms. */
export const engineSetups: Migration = {
  version: 10,
  up: `
    UPDATE generations SET settings = json_set(
      json_remove(settings, '$.promptChunk', '$.hardware'),
      '$.setup', json_object('promptChunk', settings -> '$.promptChunk', 'hardware', settings -> '$.hardware')
    ) WHERE settings -> '$.promptChunk' IS NOT NULL;
  `,
};
