import { z } from 'zod';
import type { Difference } from '../../../shared/faults/catalogue.ts';
import { hardwareSchema } from '../../../shared/settings/hardware.ts';
import type { EngineSetup } from '../port.ts';

/** How a model was loaded, as far as its replies depend on it; older replies do not tell their hardware. */
const setupSchema = z.object({ promptChunk: z.number(), hardware: hardwareSchema.nullable() });
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
  if (hardware === null) return chunks;
  const differ = COMPUTES.filter((key) => JSON.stringify(hardware[key]) !== JSON.stringify(after.hardware?.[key]));
  return [...chunks, ...differ.map((of) => ({ of }))];
}
