import { existsSync, linkSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { failure } from '../../../shared/faults/failure.ts';

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

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [statSync(one), statSync(other)];
  return a.ino === b.ino && a.dev === b.dev;
};

/** A path that the system refuses leads to no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Puts links to a model file into the models folder; the file stays where it is. It waits for the disk: never in main.
 */
export function linkModel(file: string, folder: string): void {
  if (!isAbsolute(file) || !/\.gguf$/i.test(file) || !isFile(file)) throw failure('NO_MODEL_FILE', { path: file });
  if (!existsSync(folder)) mkdirSync(folder);
  if (dirname(realpathSync(file)) === realpathSync(folder)) return;
  for (const part of partsOf(file)) {
    const place = join(folder, basename(part));
    if (!existsSync(place)) tryLink(part, place);
    else if (!isSame(part, place)) throw failure('MODEL_NAME_TAKEN', { name: basename(part) });
  }
}

function tryLink(part: string, place: string): void {
  try {
    link(part, place);
  } catch (error) {
    throw failure('NO_LINK', { name: basename(part) }, { cause: error });
  }
}
