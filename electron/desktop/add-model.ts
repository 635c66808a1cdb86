import { join } from 'node:path';
import { dialog, shell } from 'electron';
import { faultOf } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { linkModel } from '../studio/models/link-model.ts';
import type { Desktop } from './desktop.ts';
import { words } from './words.ts';

/** File → Add a model: the list of models reads its folder again when the window has the focus back. */
export async function addModel(desktop: Desktop): Promise<void> {
  if (desktop.window === null) return;
  const { filePaths } = await dialog.showOpenDialog(desktop.window, {
    title: words.addModel,
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: words.models, extensions: ['gguf'] }],
  });
  const folder = join(desktop.dataDir, 'models');
  for (const file of filePaths) {
    try {
      linkModel(file, folder);
    } catch (error) {
      dialog.showErrorBox(words.notAdded, sentenceOf(faultOf(error)));
      await shell.openPath(folder);
    }
  }
}
