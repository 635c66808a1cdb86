import type { JobFaults } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

export const jobs = {
  JOB_READS_MODEL: ({ name }) => `Reading ${name} for its fingerprint (SHA-256).`,
  JOB_MAKES_BACKUP: () => 'Making a backup of the library.',
  JOB_CHECKS_LIBRARY: () => 'Checking the library, turn by turn.',
  JOB_REPAIRS_LIBRARY: () => 'Repairing what is damaged in the library.',
  JOB_GONE: () => 'This job is not in the list any more. Nothing was changed.',
  JOB_KIND: () => 'This version of Paphos does not know this kind of job. Nothing was changed.',
  REPLACED_IN_READING: () =>
    'The model file was replaced while it was being read. It is read again when the model is used again.',
} satisfies Sentences<JobFaults>;
