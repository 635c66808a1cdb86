import { writeFileSync } from 'node:fs';
import { answerTask } from '../in-thread.ts';
import { exportCard, importFile, storePicture, type CardWork } from './card-work.ts';

await answerTask((work: CardWork) => {
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
});
