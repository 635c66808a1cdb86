import type { BackupTask } from '../../storage/backups/make-backup.ts';

/** What reads or writes a whole store, or a folder on any disk, and so is done in a thread. */
export type BackupWork =
  | { readonly do: 'make'; readonly task: BackupTask }
  | { readonly do: 'prepare'; readonly dataDir: string; readonly name: string }
  | { readonly do: 'check' | 'diagnose'; readonly dataDir: string }
  | { readonly do: 'diagnose turn'; readonly dataDir: string; readonly turnId: string }
  | { readonly do: 'look'; readonly file: string }
  | { readonly do: 'read' | 'take'; readonly file: string; readonly storyId: string }
  /** Makes a second place of a folder, which may be the first of its own. */
  | { readonly do: 'place'; readonly folder: string }
  | { readonly do: 'names'; readonly folder: string }
  /** Into a second place, which is thinned then. */
  | {
      readonly do: 'copy';
      readonly name: string;
      readonly from: string;
      readonly to: string;
      readonly limitBytes: number;
    };

export const BACKUP_THREAD = { source: 'backups/backup-worker.ts', built: 'backup' };
