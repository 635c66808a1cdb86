import type { BackedUpChapter } from '../../../shared/contract/backups.ts';
import { makeBackup } from '../../storage/backups/make-backup.ts';
import { readBackup } from '../../storage/backups/read-backup.ts';
import { prepareRestore } from '../../storage/backups/restore-store.ts';
import { copyBackup, makeSecondPlace, namesInSecondPlace } from '../../storage/backups/second-place.ts';
import { readStory, storiesIn } from '../../storage/backups/take-story.ts';
import { checkStore } from '../../storage/integrity/check.ts';
import { diagnose, diagnoseTurn } from '../../storage/repair/repair-store.ts';
import type { Book } from '../export/book.ts';
import { readBook, type BookWish } from '../export/read-book.ts';
import { answerTask } from '../in-thread.ts';
import type { BackupWork } from './backup-work.ts';

const wholeStory = (storyId: string): BookWish => ({
  storyId,
  chapterId: null,
  author: null,
  withPerson: true,
  withNotes: true,
});

const textOf = ({ chapters }: Book): BackedUpChapter[] =>
  chapters.map(({ title, blocks }) => ({
    title,
    paragraphs: blocks.map((block) =>
      block.kind === 'scene break' ? '* * *' : block.inlines.map(({ text }) => text).join(''),
    ),
  }));

await answerTask((work: BackupWork, report) => {
  const progress = (done: number, total: number): void => report({ done, total, unit: 'items' });
  switch (work.do) {
    case 'make':
      return makeBackup(work.task, progress);
    case 'prepare':
      return prepareRestore(work, progress);
    case 'check':
      return checkStore(work.dataDir, progress);
    case 'diagnose':
      return diagnose(work.dataDir, progress);
    case 'diagnose turn':
      return diagnoseTurn(work.dataDir, work.turnId);
    case 'look':
      return readBackup(work.file, storiesIn);
    case 'read':
      return readBackup(work.file, (backup) => textOf(readBook(backup, wholeStory(work.storyId))));
    case 'take':
      return readBackup(work.file, (backup) => readStory(backup, work.storyId));
    case 'place':
      return makeSecondPlace(work.folder);
    case 'names':
      return namesInSecondPlace(work.folder);
    case 'copy':
      return copyBackup(work);
  }
});
