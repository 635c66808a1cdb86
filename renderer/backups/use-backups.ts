import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isEnded, type JobProgress } from '../../shared/contract/jobs.ts';
import type { BackupOverview, BackupSettings } from '../../shared/contract/backups.ts';
import { api, queries } from '../lib/client.ts';
import { shareOf, useJobs } from '../jobs/jobs.ts';
import { follow } from '../lib/follow.ts';
import { toastFault } from '../ui/toasts.tsx';

/** The backups as they are, read again whenever the making of one has ended. */
export function useBackups(): BackupOverview | undefined {
  const ended = useJobs(
    ({ jobs }) => jobs.filter((job) => ['backup', 'check', 'repair'].includes(job.kind) && isEnded(job)).length,
  );
  return useQuery({ ...queries.backups.list.queryOptions(), queryKey: [...queries.backups.list.queryKey(), ended] })
    .data;
}

/** How far such work is, from 0 to 1, or null while nobody knows; undefined: there is none. */
export const useShareOf = (kind: 'backup' | 'check' | 'repair'): number | null | undefined =>
  useJobs(({ jobs }) => {
    const work = jobs.find((job) => job.kind === kind && !isEnded(job));
    return work === undefined ? undefined : shareOf(work);
  });

/** The same of a restore, which is no job: it takes the place of the store that jobs are kept in. */
export function useRestoreShare(): number | null {
  const [progress, setProgress] = useState<JobProgress | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.backups.restoring(undefined, { signal }),
      onValue: setProgress,
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, []);
  return shareOf({ progress });
}

export function useBackupSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (next: BackupSettings) => api.backups.set(next),
    onError: toastFault,
    onSettled: () => client.invalidateQueries({ queryKey: queries.backups.list.key() }),
  });
}
