import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SAMPLING, samplingSchema, type Sampling } from '../../../shared/settings/sampling.ts';
import { splitOf } from '../../engines/local/gguf/split.ts';

/** A model file on this machine. The id is its path hashed: paths stay in main. */
export interface FoundModel extends ModelVersion {
  readonly path: string;
  readonly name: string;
  readonly demo: boolean;
}
/** A file as it was at some time: one that was replaced has another size or date. */
export interface ModelVersion {
  readonly id: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** The model that comes with the studio: resources/models/model.json. */
export interface DemoModel {
  readonly path: string;
  readonly name: string;
  readonly format: string;
  readonly contextLength: number;
  readonly sha256: string;
  readonly sampling: Sampling;
}

const description = z.object({
  name: z.string(),
  file: z.string(),
  format: z.string(),
  contextLength: z.number().int(),
  sha256: z.string(),
  sampling: samplingSchema.partial(),
});
const DEPTH = 2;

export const isSameFile = (a: ModelVersion, b: ModelVersion): boolean =>
  a.id === b.id && a.bytes === b.bytes && a.modifiedAt === b.modifiedAt;

export const modelId = (path: string): string => createHash('sha256').update(resolve(path)).digest('hex').slice(0, 24);

export function readDemoModel(resourcesDir: string): DemoModel | null {
  const folder = join(resourcesDir, 'models');
  try {
    const { name, file, format, contextLength, sha256, sampling } = description.parse(
      JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')),
    );
    return {
      path: resolve(folder, basename(file)),
      name,
      format,
      contextLength,
      sha256,
      sampling: { ...DEFAULT_SAMPLING, ...sampling },
    };
  } catch {
    return null;
  }
}

function found(path: string, name: string, demo: boolean): FoundModel | null {
  const file = statSync(path, { throwIfNoEntry: false });
  return file?.isFile()
    ? { id: modelId(path), path: resolve(path), bytes: file.size, modifiedAt: Math.trunc(file.mtimeMs), name, demo }
    : null;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function scan(folder: string, depth: number): FoundModel[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 1 ? scan(path, depth - 1) : [];
    if (!/\.gguf$/i.test(entry.name)) return [];
    const file = foundIn(path);
    return file ? [file] : [];
  });
}

/** A model in several files is one model, found by its first part, or by whichever is there. */
function foundIn(path: string): FoundModel | null {
  const split = splitOf(path);
  if (!split) return found(path, basename(path).replace(/\.gguf$/i, ''), false);
  const parts = split.files.flatMap((file) => found(file, split.name, false) ?? []);
  const first = split.files[0] ?? path;
  if (parts[0]?.path !== resolve(path)) return null;
  return {
    id: modelId(first),
    path: resolve(first),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    modifiedAt: Math.max(...parts.map((part) => part.modifiedAt)),
    name: split.name,
    demo: false,
  };
}

/** Whether a model's files have stayed as they were when it was found. */
export function isUnchanged(model: FoundModel): boolean {
  const now = foundIn(model.path);
  return now !== null && isSameFile(now, model);
}

/** Every GGUF file of a folder, as adapters are kept. */
export function findAdapters(folder: string): FoundModel[] {
  return scan(folder, DEPTH).sort((a, b) => a.name.localeCompare(b.name));
}

/** Every model file of the given folders, the demo model first. */
export function findModels(demo: DemoModel | null, folders: readonly string[]): FoundModel[] {
  const first = demo ? found(demo.path, demo.name, true) : null;
  const others = folders.flatMap((folder) => scan(folder, DEPTH)).sort((a, b) => a.name.localeCompare(b.name));
  const byId = new Map([...(first ? [first] : []), ...others].map((model) => [model.id, model]));
  if (first) byId.set(first.id, first);
  return [...byId.values()];
}
