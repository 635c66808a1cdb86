import { z } from 'zod';
import type { InterfaceState } from '../../../shared/contract/settings.ts';
import { DEFAULT_ENGINE_SETTINGS, engineSettingsSchema, type EngineSettings } from '../../../shared/settings/engine.ts';
import { samplingSchema, type Sampling } from '../../../shared/settings/sampling.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import type { StudioContext } from '../context.ts';
import { readScope, readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';

export interface Settings {
  sampling(storyId: string): Sampling;
  setSampling(storyId: string, sampling: Sampling): void;
  suitableSampling(): Sampling;
  engine(): EngineSettings;
  setEngine(settings: EngineSettings): void;
  interface(): InterfaceState;
  setInterface(key: string, value: string | number | boolean | null): void;
}

const interfaceState = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export function engineSettings(db: WritableDB): EngineSettings {
  const stored = engineSettingsSchema.safeParse(readSetting(db, 'studio', 'engine'));
  return stored.success ? stored.data : DEFAULT_ENGINE_SETTINGS;
}

/** `suits`: the sampling that suits the model, for stories whose writer chose none. */
export function createSettings({ db, engine }: Pick<StudioContext, 'db' | 'engine'>, suits: () => Sampling): Settings {
  return {
    sampling(storyId) {
      const stored = samplingSchema.safeParse(readSetting(db, `story:${storyId}`, 'sampling'));
      return stored.success ? stored.data : suits();
    },
    setSampling: (storyId, sampling) => {
      writeSetting(db, `story:${storyId}`, 'sampling', sampling);
    },
    engine: () => engineSettings(db),
    setEngine(next) {
      writeSetting(db, 'studio', 'engine', next);
      engine.restAnew();
    },
    suitableSampling: suits,
    interface: () => interfaceState.catch({}).parse(readScope(db, 'interface')),
    setInterface: (key, value) => {
      writeSetting(db, 'interface', key, value);
    },
  };
}
