import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
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

export interface FileFacts {
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** What is said of a file that is there and cannot be looked at: opening it says why. */
export const UNSEEN: FileFacts = { bytes: 0, modifiedAt: 0 };

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

export const fileOf = (path: string, name: string, facts: FileFacts): FoundModel => ({
  id: modelId(path),
  path: resolve(path),
  name,
  demo: false,
  ...facts,
});

/** The files of the model that a file belongs to. */
export const filesOf = (path: string): readonly string[] => splitOf(path)?.files ?? [path];

/** A model in several files is one model, found by its first part, or by whichever is there. */
export function joined(path: string, facts: readonly (FileFacts | null)[]): FoundModel | null {
  const files = filesOf(path);
  const name = splitOf(path)?.name ?? basename(path).replace(/\.gguf$/i, '');
  const present = facts.filter((fact) => fact !== null);
  const first = files[facts.findIndex((fact) => fact !== null)];
  if (first === undefined || resolve(first) !== resolve(path)) return null;
  return fileOf(files[0] ?? path, name, {
    bytes: present.reduce((sum, { bytes }) => sum + bytes, 0),
    modifiedAt: Math.max(...present.map(({ modifiedAt }) => modifiedAt)),
  });
}

/** Null where no file is. It waits for the disk: never in main. */
export function factsOf(path: string): FileFacts | null {
  try {
    const file = statSync(path);
    return file.isFile() ? { bytes: file.size, modifiedAt: Math.trunc(file.mtimeMs) } : null;
  } catch (error) {
    return isMissing(error) ? null : UNSEEN;
  }
}

/** One model as it is now. It waits for the disk: of a folder that may lie on any, never in main. */
export function foundIn(path: string): FoundModel | null {
  const files = filesOf(path);
  const facts = files.map(factsOf);
  const first = files[facts.findIndex((fact) => fact !== null)];
  return first === undefined ? null : joined(first, facts);
}

export function demoFile({ path, name }: DemoModel): FoundModel | null {
  const file = foundIn(path);
  return file && { ...file, name, demo: true };
}
