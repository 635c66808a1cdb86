import { DEFAULT_SAMPLING, STEPS, type Sampling } from './sampling.ts';

/** What belongs to the story or the writer, not to a way of sampling: no preset touches it. */
const OWN = [
  'seed',
  'banEnd',
  'candidates',
  'logitBias',
  'bannedTokens',
  'bannedPhrases',
  'grammarKind',
  'grammar',
  'thinkingTokens',
] as const;
type Style = Omit<Sampling, (typeof OWN)[number] | 'preset'>;

export type PresetName =
  | 'balanced'
  | 'precise'
  | 'wild'
  | 'deterministic'
  | 'oasst-typical2'
  | 'oasst-nucleus9'
  | 'oasst-k50'
  | 'oasst-k50-precise'
  | 'oasst-k50-creative'
  | 'oasst-greedy';

export interface Preset {
  readonly name: PresetName;
  readonly maker: 'paphos' | 'open-assistant';
  readonly style: Style;
}

const style = (changes: Partial<Style>): Style => {
  const {
    seed: _seed,
    banEnd: _banEnd,
    candidates: _candidates,
    logitBias: _bias,
    bannedTokens: _tokens,
    bannedPhrases: _phrases,
    grammarKind: _kind,
    grammar: _grammar,
    thinkingTokens: _thinking,
    preset: _preset,
    ...usual
  } = DEFAULT_SAMPLING;
  return { ...usual, ...changes };
};
/**
 * Nothing but what is named: temperature comes before what thins out, as in the library that Open-Assistant runs on.
 */
const theirs = (changes: Partial<Style>): Style =>
  style({
    minP: 0,
    temperature: 1,
    repetitionPenalty: 1.2,
    repetitionRange: 8192,
    order: ['penalties', 'temperature', ...STEPS.filter((step) => step !== 'penalties' && step !== 'temperature')],
    ...changes,
  });

export const PRESETS: readonly Preset[] = [
  {
    name: 'balanced',
    maker: 'paphos',
    style: style({}),
  },
  {
    name: 'precise',
    maker: 'paphos',
    style: style({ temperature: 0.4, minP: 0.1, repetitionPenalty: 1.08, repetitionRange: 256 }),
  },
  {
    name: 'wild',
    maker: 'paphos',
    style: style({
      temperature: 1.2,
      minP: 0.04,
      xtcProbability: 0.4,
      xtcThreshold: 0.1,
      dryStrength: 0.8,
      repetitionPenalty: 1,
    }),
  },
  {
    name: 'deterministic',
    maker: 'paphos',
    style: style({ temperature: 0, minP: 0, repetitionPenalty: 1, repetitionRange: 0 }),
  },
  {
    name: 'oasst-typical2',
    maker: 'open-assistant',
    style: theirs({ typicalP: 0.2, maxTokens: 400 }),
  },
  {
    name: 'oasst-nucleus9',
    maker: 'open-assistant',
    style: theirs({ topP: 0.9, temperature: 0.8, maxTokens: 400 }),
  },
  {
    name: 'oasst-k50',
    maker: 'open-assistant',
    style: theirs({ topK: 50, topP: 0.95, temperature: 0.75, maxTokens: 400 }),
  },
  {
    name: 'oasst-k50-precise',
    maker: 'open-assistant',
    style: theirs({ topK: 50, topP: 0.95, temperature: 0.1, maxTokens: 400 }),
  },
  {
    name: 'oasst-k50-creative',
    maker: 'open-assistant',
    style: theirs({ topK: 50, topP: 0.95, temperature: 0.85, maxTokens: 400 }),
  },
  {
    name: 'oasst-greedy',
    maker: 'open-assistant',
    style: theirs({ temperature: 0, repetitionPenalty: 1, maxTokens: 400 }),
  },
];

/** A story's sampling after a preset was chosen for it. */
export function sampled(preset: Preset, before: Sampling): Sampling {
  return { ...before, ...preset.style, preset: preset.name };
}

/** Where a sampling comes from (null: what suits the model), and whether it was changed since. */
export function presetOf(
  sampling: Sampling,
  suitable: Sampling,
): { readonly preset: Preset | null; readonly changed: boolean } {
  const preset = PRESETS.find(({ name }) => name === sampling.preset) ?? null;
  const keys = Object.keys(PRESETS[0]?.style ?? {}) as (keyof Style)[];
  const wanted = preset?.style ?? suitable;
  return { preset, changed: keys.some((key) => JSON.stringify(sampling[key]) !== JSON.stringify(wanted[key])) };
}

/** The same with what suits the model. */
export function suited(suitable: Sampling, before: Sampling): Sampling {
  const own = Object.fromEntries(OWN.map((key) => [key, before[key]])) as Pick<Sampling, (typeof OWN)[number]>;
  return { ...suitable, ...own, preset: null };
}
