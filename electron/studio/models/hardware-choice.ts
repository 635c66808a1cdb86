import { cpus } from 'node:os';
import { DEFAULT_HARDWARE, type Hardware, hardwareSchema } from '../../../shared/settings/hardware.ts';
import type { Environment } from '../../env.ts';
import type { LoadOptions } from '../../engines/local/protocol.ts';
import type { ReadableDB, WritableDB } from '../../storage/core/handle.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { StudioContext } from '../context.ts';
import type { FoundModel } from './model-files.ts';

/** The store, and what the environment says of this machine. */
type Machine = Pick<StudioContext, 'db' | 'env'>;

/** Where the files are that a hardware setting names by their ids. */
export interface NamedFiles {
  readonly adapters: readonly FoundModel[];
  readonly models: readonly FoundModel[];
}

export function hardwareOf(db: ReadableDB, modelId: string): Hardware {
  const stored = hardwareSchema.safeParse(readSetting(db, scope(modelId), 'hardware'));
  return stored.success ? stored.data : DEFAULT_HARDWARE;
}

export function rememberHardware(db: WritableDB, modelId: string, hardware: Hardware): void {
  writeSetting(db, scope(modelId), 'hardware', hardware);
}

/**
 * A prompt chunk that was measured is kept: another one would make other replies. Another machine, file or setting
 * measures anew.
 */
export function rememberChunk({ db, env }: Machine, model: FoundModel, hardware: Hardware, chunk: number): void {
  if (hardware.promptChunk === null)
    writeSetting(db, scope(model.id), 'promptChunk', { chunk, on: circumstances(env, model, hardware) });
}

export function loadOptions(
  { db, env }: Machine,
  model: FoundModel,
  contextSize: number | null,
  hardware: Hardware,
  files: NamedFiles,
): LoadOptions {
  return {
    path: model.path,
    contextSize,
    threads: hardware.threads || env.threads,
    gpu: env.gpu,
    ...(env.memory === null ? {} : { memory: env.memory }),
    tuning: {
      promptChunk: hardware.promptChunk ?? env.promptChunk ?? measuredChunk(db, env, model, hardware),
      gpuLayers: hardware.gpuLayers,
      device: hardware.device,
      keyCache: hardware.keyCache,
      lookup: hardware.lookup,
      fastSlide: hardware.fastSlide,
      draft: hardware.draft === null ? null : named(files.models, hardware.draft, 'DRAFT_GONE'),
      adapters: hardware.adapters.map(({ id, scale }) => ({
        path: named(files.adapters, id, 'ADAPTER_GONE'),
        scale,
      })),
    },
  };
}

function measuredChunk(db: ReadableDB, env: Environment, model: FoundModel, hardware: Hardware): number | null {
  const stored = readSetting(db, scope(model.id), 'promptChunk') as {
    readonly chunk: number;
    readonly on: string;
  } | null;
  return stored?.on === circumstances(env, model, hardware) ? stored.chunk : null;
}

function circumstances(
  env: Environment,
  model: FoundModel,
  { threads, gpuLayers, device, keyCache }: Hardware,
): string {
  return JSON.stringify([
    cpus()[0]?.model,
    cpus().length,
    threads || env.threads,
    env.gpu,
    gpuLayers,
    device,
    keyCache,
    model.bytes,
    model.modifiedAt,
  ]);
}

function named(files: readonly FoundModel[], id: string, gone: 'DRAFT_GONE' | 'ADAPTER_GONE'): string {
  const file = files.find((one) => one.id === id);
  if (file === undefined) throw failure(gone, {});
  return file.path;
}

const scope = (modelId: string): string => `model:${modelId}`;
