import { create } from 'zustand';
import type { Job } from '../../shared/contract/jobs.ts';
import { api } from '../lib/client.ts';
import { follow } from '../lib/follow.ts';

/** The long work of the studio, the newest first. */
export const useJobs = create<{ readonly jobs: readonly Job[] }>(() => ({ jobs: [] }));

export function followJobs(): void {
  void follow({
    open: (signal) => api.jobs.watch(undefined, { signal }),
    onValue: (jobs) => useJobs.setState({ jobs }),
    signal: new AbortController().signal,
  });
}

/** From 0 to 1; null while nobody knows how much it is. */
export function shareOf({ progress }: Pick<Job, 'progress'>): number | null {
  return progress?.total ? Math.min(1, progress.done / progress.total) : null;
}
