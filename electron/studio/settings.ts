import { z } from 'zod';
import type { InterfaceState } from '../../shared/contract/settings.ts';
import { samplingSchema, type Sampling } from '../../shared/settings/sampling.ts';
import type { WritableDB } from '../storage/handle.ts';
import { readScope, readSetting, writeSetting } from '../storage/settings.ts';

export interface Settings {
  sampling(storyId: string): Sampling;
  setSampling(storyId: string, sampling: Sampling): void;
  interface(): InterfaceState;
  setInterface(key: string, value: string | number | boolean | null): void;
}

const interfaceState = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** `suits`: the sampling that suits the model, for stories whose writer chose none. */
export function createSettings(db: WritableDB, suits: () => Sampling): Settings {
  return {
    sampling(storyId) {
      const stored = samplingSchema.safeParse(readSetting(db, `story:${storyId}`, 'sampling'));
      return stored.success ? stored.data : suits();
    },
    setSampling: (storyId, sampling) => { writeSetting(db, `story:${storyId}`, 'sampling', sampling); },
    interface: () => interfaceState.catch({}).parse(readScope(db, 'interface')),
    setInterface: (key, value) => { writeSetting(db, 'interface', key, value); },
  };
}
