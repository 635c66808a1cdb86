import { copyBackup, makeBackup } from '../../storage/backups/make-backup.ts';
import { prepareRestore } from '../../storage/backups/restore-store.ts';
import { checkFile, checkStore } from '../../storage/integrity/check.ts';
import { answerTask } from '../in-thread.ts';
import type { BackupWork } from './backup-work.ts';

await answerTask((work: BackupWork) => {
  switch (work.do) {
    case 'make':
      return makeBackup(work.task);
    case 'copy':
      return copyBackup(work.name, work.from, work.to);
    case 'prepare':
      return prepareRestore(work);
    case 'look':
      return checkFile(work.file).length;
    case 'check':
      return checkStore(work.dataDir);
  }
});
