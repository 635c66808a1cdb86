import { DEFAULT_SAMPLING, STEPS, type Sampling } from './sampling.ts';

/** What belongs to the story or the writer, not to a way of sampling: no preset touches it. */
const OWN = [
  'seed',
  'banEnd',
  'endsAtSentence',
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
  | 'oasst-typical3'
  | 'oasst-nucleus9'
  | 'oasst-k50'
  | 'oasst-greedy'
  | 'oasst-demo-typical2'
  | 'oasst-demo-nucleus9'
  | 'oasst-demo-k50'
  | 'oasst-k50-precise'
  | 'oasst-k50-creative';

export interface Preset {
  readonly name: PresetName;
  readonly source: 'paphos' | 'oasst-report' | 'oasst-demo';
  readonly style: Style;
}

const style = (changes: Partial<Style>): Style => {
  const {
    seed: _seed,
    banEnd: _banEnd,
    endsAtSentence: _endsAtSentence,
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
/** The order of the library that Open-Assistant runs on, of what it has. */
const THEIR_ORDER = [
  'penalties',
  'temperature',
  ...STEPS.filter((step) => !['penalties', 'temperature', 'topP', 'typicalP', 'minP', 'xtc'].includes(step)),
  'topP',
  'typicalP',
  'minP',
  'xtc',
] as const;
/** Nothing but what is named. */
const theirs = (changes: Partial<Style>): Style =>
  style({
    minP: 0,
    temperature: 1,
    repetitionPenalty: 1.2,
    repetitionRange: 8192,
    maxTokens: 400,
    order: [...THEIR_ORDER],
    ...changes,
  });
/** Where a set names no top-k, the library takes 50. */
const reported = (changes: Partial<Style>): Style => theirs({ minTokens: 4, topK: 50, ...changes });

export const PRESETS: readonly Preset[] = [
  {
    name: 'balanced',
    source: 'paphos',
    style: style({}),
  },
  {
    name: 'precise',
    source: 'paphos',
    style: style({ temperature: 0.4, minP: 0.1, repetitionPenalty: 1.08, repetitionRange: 256 }),
  },
  {
    name: 'wild',
    source: 'paphos',
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
    source: 'paphos',
    style: style({ temperature: 0, minP: 0, repetitionPenalty: 1, repetitionRange: 0 }),
  },
  { name: 'oasst-typical2', source: 'oasst-report', style: reported({ typicalP: 0.2 }) },
  { name: 'oasst-typical3', source: 'oasst-report', style: reported({ typicalP: 0.3 }) },
  { name: 'oasst-nucleus9', source: 'oasst-report', style: reported({ topP: 0.9 }) },
  { name: 'oasst-k50', source: 'oasst-report', style: reported({}) },
  { name: 'oasst-greedy', source: 'oasst-report', style: reported({ temperature: 0 }) },
  { name: 'oasst-demo-typical2', source: 'oasst-demo', style: theirs({ typicalP: 0.2, temperature: 0.8 }) },
  { name: 'oasst-demo-nucleus9', source: 'oasst-demo', style: theirs({ topP: 0.9, temperature: 0.8 }) },
  { name: 'oasst-demo-k50', source: 'oasst-demo', style: theirs({ topK: 50, topP: 0.95, temperature: 0.75 }) },
  { name: 'oasst-k50-precise', source: 'oasst-demo', style: theirs({ topK: 50, topP: 0.95, temperature: 0.1 }) },
  { name: 'oasst-k50-creative', source: 'oasst-demo', style: theirs({ topK: 50, topP: 0.95, temperature: 0.85 }) },
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
