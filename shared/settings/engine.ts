import { z } from 'zod';

/** How the engine is kept, for every model. */
export const engineSettingsSchema = z.object({
  /** Minutes without use after which the model leaves the memory; null: never. */
  restMinutes: z.number().int().min(1).max(1440).nullable(),
});
export type EngineSettings = z.infer<typeof engineSettingsSchema>;

export const DEFAULT_ENGINE_SETTINGS: EngineSettings = { restMinutes: null };
