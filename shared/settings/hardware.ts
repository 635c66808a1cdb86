import { z } from 'zod';

/** Tokens that are read between two looks at Stop; borders at absolute multiples. */
export const PROMPT_CHUNKS = [64, 96, 128, 256, 512] as const;
export const KEY_CACHES = ['f16', 'q8_0', 'q4_0'] as const;
export type KeyCache = (typeof KEY_CACHES)[number];
export const MOST_THREADS = 256;
export const MOST_GPU_LAYERS = 1024;
export type GpuLayers = 'auto' | 'max' | number;

/** How a model is loaded: every setting once, with its limits. A change takes effect when the model is loaded again. */
export const hardwareSchema = z.object({
  /** 0: one fewer than the processor has. */
  threads: z.number().int().min(0).max(MOST_THREADS),
  /** Layers on the graphics card; 0 is the processor only. */
  gpuLayers: z.union([z.literal('auto'), z.literal('max'), z.number().int().min(0).max(MOST_GPU_LAYERS)]),
  /** Place in the list of graphics cards; null: all of them. */
  device: z.number().int().min(0).max(63).nullable(),
  /** Null: measured once for this model on this machine. */
  promptChunk: z.literal(PROMPT_CHUNKS).nullable(),
  /** How the keys of what was read are kept. */
  keyCache: z.enum(KEY_CACHES),
  adapters: z.array(z.object({ id: z.string().max(64), scale: z.number().min(-4).max(4) })).max(8),
  /** A smaller model with the same vocabulary that guesses ahead. */
  draft: z.string().max(64).nullable(),
  /** Guesses ahead from what stands in the story already. */
  lookup: z.boolean(),
  /** When the window slides, what stays moves up without being read again: faster, and not exact. */
  fastSlide: z.boolean().default(false),
  /** What was read of a story is kept on disk; null: for models that are not too large for it. */
  keepState: z.boolean().nullable().default(null),
});
export type Hardware = z.infer<typeof hardwareSchema>;

export const DEFAULT_HARDWARE: Hardware = {
  threads: 0,
  gpuLayers: 'auto',
  device: null,
  promptChunk: null,
  keyCache: 'f16',
  adapters: [],
  draft: null,
  lookup: false,
  fastSlide: false,
  keepState: null,
};
