import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isEnded } from '../../shared/contract/jobs.ts';
import type { BackupOverview, BackupSettings } from '../../shared/contract/backups.ts';
import { api, queries } from '../lib/client.ts';
import { useJobs } from '../jobs/jobs.ts';
import { toastFault } from '../ui/toasts.tsx';

/** The backups as they are, read again whenever the making of one has ended. */
export function useBackups(): BackupOverview | undefined {
  const ended = useJobs(
    ({ jobs }) => jobs.filter((job) => (job.kind === 'backup' || job.kind === 'check') && isEnded(job)).length,
  );
  return useQuery({ ...queries.backups.list.queryOptions(), queryKey: [...queries.backups.list.queryKey(), ended] })
    .data;
}

export const useIsAtWork = (kind: 'backup' | 'check'): boolean =>
  useJobs(({ jobs }) => jobs.some((job) => job.kind === kind && !isEnded(job)));

export function useBackupSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (next: BackupSettings) => api.backups.set(next),
    onError: toastFault,
    onSettled: () => client.invalidateQueries({ queryKey: queries.backups.list.key() }),
  });
}
