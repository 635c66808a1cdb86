import { cpus } from 'node:os';
import { z } from 'zod';
import type { Difference } from '../../../shared/faults/catalogue.ts';
import { type Hardware, hardwareSchema } from '../../../shared/settings/hardware.ts';
import type { EngineSetup } from '../port.ts';
import type { LoadOptions } from './protocol.ts';

/** How a model was loaded, as far as its replies depend on it; older replies do not tell their hardware. */
const setupSchema = z.object({
  promptChunk: z.number(),
  hardware: hardwareSchema.nullable(),
  /** Whether the library was built on this computer. */
  ownBuild: z.boolean().default(false),
});
export type LocalSetup = z.infer<typeof setupSchema>;

export const readSetup = (setup: EngineSetup): LocalSetup => setupSchema.parse(setup);

/** Threads are not among them: each number of a result is computed by one thread, however many there are. */
const COMPUTES = ['gpuLayers', 'device', 'keyCache', 'adapters', 'draft', 'lookup', 'fastSlide'] as const;

export function differentSetup(once: EngineSetup, now: EngineSetup): Difference[] {
  const [before, after] = [readSetup(once), readSetup(now)];
  const { hardware } = before;
  const chunks: Difference[] =
    before.promptChunk === after.promptChunk
      ? []
      : [{ of: 'promptChunk', once: before.promptChunk, now: after.promptChunk }];
  const builds: Difference[] = before.ownBuild === after.ownBuild ? [] : [{ of: 'build' }];
  if (hardware === null) return [...chunks, ...builds];
  const differ = COMPUTES.filter((key) => JSON.stringify(hardware[key]) !== JSON.stringify(after.hardware?.[key]));
  return [...chunks, ...builds, ...differ.map((of) => ({ of }))];
}

/** What the environment says of this computer. */
export interface Machine {
  readonly threads: number;
  readonly gpu: boolean;
  readonly memory: number | null;
  readonly promptChunk: number | null;
}
/** The files of a load: what the hardware names by ids, as paths. */
export interface LoadFiles {
  readonly model: string;
  readonly draft: string | null;
  readonly adapters: readonly { readonly path: string; readonly scale: number }[];
}

/** A model's load as a person chose it. `measured`: the prompt chunk that an earlier load found best. */
export function loadOptions(
  { model, draft, adapters }: LoadFiles,
  contextSize: number | null,
  hardware: Hardware,
  { threads, gpu, memory, promptChunk }: Machine,
  measured: number | null,
): LoadOptions {
  const { gpuLayers, device, keyCache, lookup, fastSlide } = hardware;
  return {
    path: model,
    contextSize,
    threads: hardware.threads || threads,
    gpu,
    ...(memory === null ? {} : { memory }),
    tuning: {
      promptChunk: hardware.promptChunk ?? promptChunk ?? measured,
      gpuLayers,
      device,
      keyCache,
      lookup,
      fastSlide,
      draft,
      adapters,
    },
  };
}

/** Where a measured prompt chunk holds; another machine, library, file or setting measures anew. */
export const circumstancesOf = (
  { threads, gpuLayers, device, keyCache }: Hardware,
  machine: Machine,
  file: { readonly bytes: number; readonly modifiedAt: number },
  build: number | null,
): string =>
  JSON.stringify([
    cpus()[0]?.model,
    cpus().length,
    threads || machine.threads,
    machine.gpu,
    gpuLayers,
    device,
    keyCache,
    file.bytes,
    file.modifiedAt,
    ...(build === null ? [] : [build]),
  ]);
