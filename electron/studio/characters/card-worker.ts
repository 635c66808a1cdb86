import { writeFileSync } from 'node:fs';
import { asDiskFault } from '../../storage/core/disk-fault.ts';
import { answerTask } from '../in-thread.ts';
import { exportCard, importFile, storePicture, type CardWork } from './card-work.ts';

function act(work: CardWork): unknown {
  switch (work.do) {
    case 'import':
      return importFile(work.file, work.assets);
    case 'picture':
      return storePicture(work.picture, work.assets);
    case 'export': {
      const { bytes, ext } = exportCard(work.card);
      writeFileSync(work.file, bytes, { mode: 0o600 });
      return ext;
    }
  }
}

await answerTask((work: CardWork) => {
  try {
    return act(work);
  } catch (error) {
    throw asDiskFault(error);
  }
});
