import type { BackupTask } from '../../storage/backups/make-backup.ts';

/** What reads or writes a whole store, and so is done in a thread. */
export type BackupWork =
  | { readonly do: 'make'; readonly task: BackupTask }
  | { readonly do: 'copy'; readonly name: string; readonly from: string; readonly to: string }
  | { readonly do: 'prepare'; readonly dataDir: string; readonly name: string }
  | { readonly do: 'look'; readonly file: string }
  | { readonly do: 'check'; readonly dataDir: string };

export const BACKUP_THREAD = { source: 'backups/backup-worker.ts', built: 'backup' };
