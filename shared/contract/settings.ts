import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import { engineSettingsSchema, type EngineSettings } from '../settings/engine.ts';
import { samplingSchema, type Sampling } from '../settings/sampling.ts';
import { id } from './common.ts';

export interface InterfaceState {
  readonly [key: string]: string | number | boolean | null;
}

export const settings = {
  sampling: oc.input(z.object({ storyId: id })).output(type<Sampling>()),
  setSampling: oc.input(z.object({ storyId: id, sampling: samplingSchema })).output(type<void>()),
  /** The sampling that suits the model, where a story has none of its own. */
  suitableSampling: oc.output(type<Sampling>()),
  engine: oc.output(type<EngineSettings>()),
  setEngine: oc.input(engineSettingsSchema).output(type<void>()),
  /** What the interface remembers: the open story and chapters, panels, theme, switches. */
  interface: oc.output(type<InterfaceState>()),
  setInterface: oc
    .input(
      z.object({
        key: z.string().max(100),
        value: z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]),
      }),
    )
    .output(type<void>()),
};
