import { existsSync, linkSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { dialog, shell } from 'electron';
import { fault } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { Desktop } from './desktop.ts';
import { words } from './words.ts';

const PART = /-\d{5}-of-(\d{5})\.gguf$/i;

/** A model in several files is chosen by one of them. */
function partsOf(file: string): string[] {
  const part = PART.exec(file);
  if (!part) return [file];
  const stem = basename(file).slice(0, -part[0].length);
  const others = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(stem) && PART.exec(name)?.[1] === part[1] && name.length === basename(file).length,
  );
  return others.map((name) => join(dirname(file), name));
}

function link(from: string, to: string): void {
  try {
    symlinkSync(from, to);
  } catch {
    // Windows keeps symbolic links for administrators; a hard link does the same on one drive.
    linkSync(from, to);
  }
}

/** Puts links to a model file into the models folder; the file stays where it is. */
export function linkModel(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (dirname(realpathSync(file)) === realpathSync(folder)) return;
  for (const part of partsOf(file)) {
    const place = join(folder, basename(part));
    if (!existsSync(place)) link(part, place);
  }
}

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
    } catch {
      dialog.showErrorBox(words.notAdded, sentenceOf(fault('NO_LINK', { name: basename(file) })));
      await shell.openPath(folder);
    }
  }
}
