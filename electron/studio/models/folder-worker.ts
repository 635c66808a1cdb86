import { answerTask } from '../in-thread.ts';
import type { FolderWork } from './folder-work.ts';
import { linkModel } from './link-model.ts';
import { foundIn } from './model-files.ts';
import { lookInto } from './model-folders.ts';
import { unreadIn } from './unread-weights.ts';

await answerTask((work: FolderWork) => {
  switch (work.do) {
    case 'look':
      return lookInto(work.folder);
    case 'unread':
      return unreadIn(work.folder);
    case 'find':
      return foundIn(work.path);
    case 'link':
      return linkModel(work.file, work.folder);
  }
});
