import { z } from 'zod';

/** Every sampling setting once: limits, default, words for the interface. */
export const samplingSchema = z.object({
  temperature: z.number().min(0).max(5),
  topK: z.number().int().min(0).max(500),
  topP: z.number().min(0.01).max(1),
  minP: z.number().min(0).max(1),
  repetitionPenalty: z.number().min(1).max(2),
  repetitionRange: z.number().int().min(0).max(8192),
  maxTokens: z.number().int().min(1).max(4096),
  /** The most that a model thinks before it answers, where its format knows thinking. Not part of `maxTokens`. */
  thinkingTokens: z.number().int().min(0).max(8192),
  /** Null: a new seed is drawn for each reply and stored with it. */
  seed: z.number().int().min(0).max(4294967295).nullable(),
  /** Keep writing: the end token is never chosen. */
  banEnd: z.boolean(),
});
export type Sampling = z.infer<typeof samplingSchema>;

export const DEFAULT_SAMPLING: Sampling = {
  temperature: 0.7, topK: 0, topP: 1, minP: 0.06, repetitionPenalty: 1.05, repetitionRange: 64, maxTokens: 256, thinkingTokens: 512, seed: null, banEnd: false,
};

export interface SamplingField { readonly key: keyof Sampling; readonly label: string; readonly hint: string; readonly step: number }
export const SAMPLING_FIELDS: readonly SamplingField[] = [
  { key: 'temperature', label: 'Temperature', hint: 'Low is predictable, high is wild. 0 always takes the likeliest word.', step: 0.05 },
  { key: 'minP', label: 'Min-p', hint: 'Leaves out words less likely than this share of the likeliest one.', step: 0.01 },
  { key: 'topP', label: 'Top-p', hint: 'Keeps the likeliest words that together have this probability.', step: 0.01 },
  { key: 'topK', label: 'Top-k', hint: 'Keeps this many of the likeliest words. 0 is off.', step: 1 },
  { key: 'repetitionPenalty', label: 'Repetition', hint: 'Makes recent words less likely. 1 is off.', step: 0.01 },
  { key: 'repetitionRange', label: 'Range', hint: 'How many recent tokens the repetition penalty looks at.', step: 1 },
  { key: 'maxTokens', label: 'Reply length', hint: 'The most tokens that one reply may have.', step: 1 },
  { key: 'thinkingTokens', label: 'Thinking', hint: 'The most tokens that a model which thinks may spend on it before it answers. 0: it answers at once.', step: 1 },
];
