import { makeBackup } from '../../electron/storage/backups/make-backup.ts';
import { prepareRestore } from '../../electron/storage/backups/restore-store.ts';
import { openStore } from '../../electron/storage/core/open.ts';

/** `backup-writer.ts FOLDER backup|restore NAME`: does it again and again until it is killed. */
const [dataDir = '', what, name = ''] = process.argv.slice(2);
process.stdout.write('begins\n');
for (let at = Date.now(); ; at += 1000) {
  if (what === 'backup') makeBackup({ dataDir, at, reason: 'asked' });
  else {
    const store = openStore(dataDir);
    prepareRestore({ dataDir, name });
    store.restore(null);
    store.close();
  }
}
