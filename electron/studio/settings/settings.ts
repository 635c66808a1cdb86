import { z } from 'zod';
import type { InterfaceState } from '../../../shared/contract/settings.ts';
import { DEFAULT_ENGINE_SETTINGS, engineSettingsSchema, type EngineSettings } from '../../../shared/settings/engine.ts';
import { samplingSchema, type Sampling } from '../../../shared/settings/sampling.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { needLivingStory } from '../../storage/core/rows.ts';
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

const interfaceValue = z.union([z.string(), z.number(), z.boolean()]);

export function engineSettings(db: WritableDB): EngineSettings {
  const stored = engineSettingsSchema.safeParse(readSetting(db, 'studio', 'engine'));
  return stored.success ? stored.data : DEFAULT_ENGINE_SETTINGS;
}

/** `suits`: the sampling that suits the model, for stories whose writer chose none. */
export function createSettings(
  { db, engine }: { readonly db: StudioContext['db']; readonly engine: Pick<StudioContext['engine'], 'restAnew'> },
  suits: () => Sampling,
): Settings {
  return {
    sampling(storyId) {
      const stored = samplingSchema.safeParse(readSetting(db, `story:${storyId}`, 'sampling'));
      return stored.success ? stored.data : suits();
    },
    setSampling: (storyId, sampling) => {
      needLivingStory(db, storyId);
      writeSetting(db, `story:${storyId}`, 'sampling', sampling);
    },
    engine: () => engineSettings(db),
    setEngine(next) {
      writeSetting(db, 'studio', 'engine', next);
      engine.restAnew();
    },
    suitableSampling: suits,
    interface: () =>
      Object.fromEntries(
        Object.entries(readScope(db, 'interface')).flatMap(([key, value]) => {
          const { data } = interfaceValue.safeParse(value);
          return data === undefined ? [] : [[key, data]];
        }),
      ),
    setInterface: (key, value) => {
      writeSetting(db, 'interface', key, value);
    },
  };
}
