import { DEFAULT_HARDWARE, type Hardware, hardwareSchema } from '../../../shared/settings/hardware.ts';
import type { LoadOptions } from '../../engines/local/protocol.ts';
import { buildStamp } from '../../engines/local/host/own-build.ts';
import { circumstancesOf, loadOptions, readSetup } from '../../engines/local/setup.ts';
import type { EngineSetup } from '../../engines/port.ts';
import type { ReadableDB, WritableDB } from '../../storage/core/handle.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { StudioContext } from '../context.ts';
import type { FoundModel } from './model-files.ts';

/** The store, and what the environment says of this machine. */
type Kept = Pick<StudioContext, 'db' | 'env'>;

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

/** A prompt chunk that was measured is kept: another one would make other replies. */
export function rememberChunk({ db, env }: Kept, model: FoundModel, hardware: Hardware, setup: EngineSetup): void {
  const { promptChunk: chunk } = readSetup(setup);
  if (hardware.promptChunk === null)
    writeSetting(db, scope(model.id), 'promptChunk', { chunk, on: whereMeasured({ env }, model, hardware) });
}

/** How a model is loaded with the hardware that was chosen for it, and the prompt chunk that was measured. */
export function chosenLoad(
  { db, env }: Kept,
  model: FoundModel,
  contextSize: number | null,
  hardware: Hardware,
  files: NamedFiles,
): LoadOptions {
  const paths = {
    model: model.path,
    draft: hardware.draft === null ? null : named(files.models, hardware.draft, 'DRAFT_GONE'),
    adapters: hardware.adapters.map(({ id, scale }) => ({ path: named(files.adapters, id, 'ADAPTER_GONE'), scale })),
  };
  const stored = readSetting(db, scope(model.id), 'promptChunk') as { chunk: number; on: string } | null;
  const measured = stored?.on === whereMeasured({ env }, model, hardware) ? stored.chunk : null;
  return loadOptions(paths, contextSize, hardware, env, measured);
}

function named(files: readonly FoundModel[], id: string, gone: 'DRAFT_GONE' | 'ADAPTER_GONE'): string {
  const file = files.find((one) => one.id === id);
  if (file === undefined) throw failure(gone, {});
  return file.path;
}

const whereMeasured = ({ env }: Pick<Kept, 'env'>, model: FoundModel, hardware: Hardware): string =>
  circumstancesOf(hardware, env, model, buildStamp());

const scope = (modelId: string): string => `model:${modelId}`;
