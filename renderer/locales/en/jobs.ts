import type { JobProgress } from '../../../shared/contract/jobs.ts';
import { count, fileSize } from '../../lib/numbers.ts';

const amount = (value: number, unit: JobProgress['unit']): string =>
  unit === 'bytes' ? fileSize(value) : count(value);

/** Long work and the studio's log. */
export const jobs = {
  title: 'Activity',
  show: (title: string) => `Activity: ${title}`,
  running: (share: number | null) => (share === null ? 'Working…' : `${count(Math.floor(100 * share))}%`),
  none: 'Nothing is running, and there is nothing to report.',
  states: {
    waiting: 'waiting',
    running: 'running',
    done: 'done',
    failed: 'failed',
    cancelled: 'cancelled',
    interrupted: 'interrupted',
  },
  progress: ({ done, total, unit }: JobProgress) =>
    total === null ? amount(done, unit) : `${amount(done, unit)} of ${amount(total, unit)}`,
  again: 'Try again',
  goOn: 'Resume',
  clear: 'Clear finished',
  clearOne: 'Clear',
  actionOn: (action: string, title: string) => `${action}: ${title}`,
  log: 'Log',
  logHint: 'What Paphos did and what went wrong. Your stories are never in it.',
  copy: 'Copy',
  copied: 'Copied',
};
