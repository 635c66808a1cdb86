import { join } from 'node:path';
import { dialog, shell } from 'electron';
import { z } from 'zod';
import { faultOf } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { Desktop } from './desktop.ts';
import { words } from './words.ts';

/** Paths of files that were dropped on the page; without any, the desktop asks for some. */
const dropped = z.array(z.string().max(4096)).max(100).catch([]);

async function choose({ window }: Desktop): Promise<readonly string[]> {
  if (window === null) return [];
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: words.addModel,
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: words.models, extensions: ['gguf'] }],
  });
  return filePaths;
}

/** Adds model files where they lie; what cannot be added is said, and the models folder opened. */
export async function addModel(desktop: Desktop, given: unknown = []): Promise<void> {
  const paths = dropped.parse(given);
  const { models } = (await desktop.studio()).services;
  for (const file of paths.length > 0 ? paths : await choose(desktop)) {
    try {
      await models.add(file);
    } catch (error) {
      dialog.showErrorBox(words.notAdded, sentenceOf(faultOf(error)));
      await shell.openPath(join(desktop.dataDir, 'models'));
    }
  }
}
