import type { Migration } from './migration.ts';

/** A job says what it does by a code and what its sentence needs to know. */
export const jobTitles: Migration = {
  version: 9,
  up: `
    UPDATE jobs SET title = json_object(
      'code', 'JOB_READS_MODEL', 'params', json_object('name', coalesce(params ->> '$.name', title))
    );
  `,
};
