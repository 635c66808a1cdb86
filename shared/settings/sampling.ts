import { z } from 'zod';

/** What changes or thins out the candidates, in the order in which it does unless the writer chose another. */
export const STEPS = [
  'penalties',
  'dry',
  'topNSigma',
  'topK',
  'tailFree',
  'typicalP',
  'topP',
  'minP',
  'xtc',
  'temperature',
] as const;
export type Step = (typeof STEPS)[number];

const number = (least: number, most: number, usual: number) => z.number().min(least).max(most).default(usual);
const whole = (least: number, most: number, usual: number) => z.number().int().min(least).max(most).default(usual);
/** The longest list of each kind, and the longest piece of text in one. */
export const MOST_ENTRIES = { dryBreakers: 50, logitBias: 200, bannedTokens: 500, bannedPhrases: 200 } as const;
export const LONGEST_ENTRY = 200;
export const LONGEST_GRAMMAR = 50_000;
/** In either direction. */
export const MOST_BIAS = 100;
const piece = z.string().min(1).max(LONGEST_ENTRY);
const pieces = (most: number) => z.array(piece).max(most);

/** A settings record of an older Paphos may lack steps that came later: they stand where they usually do. */
const order = z.array(z.string()).transform((chosen): Step[] => {
  const known = [...new Set(chosen)].filter((name): name is Step => (STEPS as readonly string[]).includes(name));
  const complete = [...known];
  for (const [index, step] of STEPS.entries()) {
    if (known.includes(step)) continue;
    const before = STEPS.slice(0, index).findLast((earlier) => complete.includes(earlier));
    complete.splice(before === undefined ? 0 : complete.indexOf(before) + 1, 0, step);
  }
  return complete;
});

/**
 * Every sampling setting once: limits and usual value. How the page offers it is in sampling-fields.ts, its words in
 * renderer/locales. A missing one has its usual value, so that what was stored before it existed stays valid.
 */
export const samplingSchema = z.object({
  temperature: number(0, 5, 0.7),
  /** Half the width of the range in which the temperature moves with the model's doubt; 0 keeps it still. */
  dynamicRange: number(0, 5, 0),
  dynamicExponent: number(0.1, 10, 1),
  topK: whole(0, 500, 0),
  topP: number(0.01, 1, 1),
  minP: number(0, 1, 0.06),
  typicalP: number(0.01, 1, 1),
  tailFree: number(0.01, 1, 1),
  topNSigma: number(0, 10, 0),
  /**
   * Mirostat 2: 0 is off, else the surprise that is aimed at, in bits. It takes the place of what thins out the
   * candidates.
   */
  mirostatTau: number(0, 20, 0),
  mirostatEta: number(0.001, 1, 0.1),
  xtcProbability: number(0, 1, 0),
  xtcThreshold: number(0, 0.5, 0.1),
  dryStrength: number(0, 5, 0),
  dryBase: number(1, 4, 1.75),
  dryAllowed: whole(1, 100, 2),
  /** Tokens looked back at; 0: all of the prompt and the reply. */
  dryRange: whole(0, 131_072, 0),
  dryBreakers: pieces(MOST_ENTRIES.dryBreakers).default(['\n', ':', '"', '*']),
  repetitionPenalty: number(1, 2, 1.05),
  frequencyPenalty: number(-2, 2, 0),
  presencePenalty: number(-2, 2, 0),
  /** How many recent tokens the three penalties look at; 0 is none. */
  repetitionRange: whole(0, 8192, 64),
  /** A piece of text that is one token, or `#` and the token's number. */
  logitBias: z
    .array(z.object({ text: piece, bias: z.number().min(-MOST_BIAS).max(MOST_BIAS) }))
    .max(MOST_ENTRIES.logitBias)
    .default([]),
  bannedTokens: pieces(MOST_ENTRIES.bannedTokens).default([]),
  bannedPhrases: pieces(MOST_ENTRIES.bannedPhrases).default([]),
  grammarKind: z.enum(['none', 'gbnf', 'json']).default('none'),
  grammar: z.string().max(LONGEST_GRAMMAR).default(''),
  order: order.default([...STEPS]),
  maxTokens: whole(1, 4096, 256),
  /** The reply does not end before it has this many tokens. */
  minTokens: whole(0, 512, 0),
  /** The most that a model thinks before it answers, where its format knows thinking. Not part of `maxTokens`. */
  thinkingTokens: whole(0, 8192, 512),
  /** Null: a new seed is drawn for each reply and stored with it. */
  seed: z.number().int().min(0).max(4294967295).nullable().default(null),
  /** Keep writing: the end token is never chosen. */
  banEnd: z.boolean().default(false),
  /** Of a reply that is cut short, only whole sentences stay. */
  endsAtSentence: z.boolean().default(false),
  /** How many other words are kept with each one that is written. */
  candidates: whole(0, 20, 10),
  /** The preset that this began as; null: what suits the model. */
  preset: z.string().max(100).nullable().default(null),
});
export type Sampling = z.output<typeof samplingSchema>;

export const DEFAULT_SAMPLING: Sampling = samplingSchema.parse({});
