import { samplingSchema, type Sampling, type Step } from './sampling.ts';

type KeysOf<T> = { [K in keyof Sampling]: Sampling[K] extends T ? K : never }[keyof Sampling];
export type NumberKey = Exclude<KeysOf<number>, 'seed'>;

/** A number in words: `end` is where its useful part ends, `off` the value at which it does nothing. */
export interface NumberField {
  readonly key: NumberKey;
  readonly label: string;
  readonly hint: string;
  readonly step: number;
  readonly end: number;
  readonly off?: number;
}

/** In sight: what most people ever change. */
export const COMMON_FIELDS: readonly NumberField[] = [
  {
    key: 'temperature',
    label: 'Temperature',
    hint: 'Low is predictable, high is wild. 0 always takes the likeliest word.',
    step: 0.05,
    end: 2,
  },
  {
    key: 'minP',
    label: 'Min-p',
    hint: 'Leaves out words less likely than this share of the likeliest one.',
    step: 0.01,
    end: 0.5,
    off: 0,
  },
  {
    key: 'repetitionPenalty',
    label: 'Repetition',
    hint: 'Makes recent words less likely. 1 is off.',
    step: 0.01,
    end: 1.5,
    off: 1,
  },
  { key: 'maxTokens', label: 'Reply length', hint: 'The most tokens that one reply may have.', step: 1, end: 1024 },
  {
    key: 'thinkingTokens',
    label: 'Thinking',
    hint: 'The most tokens that a model which thinks may spend on it before it answers. 0: it answers at once.',
    step: 1,
    end: 2048,
  },
];

export const KEPT_FIELD: NumberField = {
  key: 'candidates',
  label: 'Other words',
  hint: 'How many other words are kept with each word that is written, to look at later. 0 is none.',
  step: 1,
  end: 20,
};

export interface FieldGroup {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly fields: readonly NumberField[];
}
export const FIELD_GROUPS: readonly FieldGroup[] = [
  {
    name: 'choice',
    title: 'Choice of words',
    hint: 'What leaves out unlikely words. One or two of them are enough.',
    fields: [
      {
        key: 'topP',
        label: 'Top-p',
        hint: 'Keeps the likeliest words that together have this probability. 1 is off.',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'topK',
        label: 'Top-k',
        hint: 'Keeps this many of the likeliest words. 0 is off.',
        step: 1,
        end: 200,
        off: 0,
      },
      {
        key: 'typicalP',
        label: 'Typical-p',
        hint: 'Keeps the words that surprise as much as is usual here, up to this probability: neither the dull nor the odd ones. 1 is off.',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'tailFree',
        label: 'Tail-free',
        hint: 'Cuts off the tail where the probabilities have levelled out. 1 is off, 0.95 is gentle.',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'topNSigma',
        label: 'Top-n-sigma',
        hint: 'Keeps words at most this many standard deviations below the likeliest, however high the temperature. 0 is off, 1 is usual.',
        step: 0.1,
        end: 4,
        off: 0,
      },
      {
        key: 'xtcProbability',
        label: 'XTC',
        hint: 'How often the most obvious words are skipped where there are several good ones. 0 is off.',
        step: 0.05,
        end: 1,
        off: 0,
      },
      {
        key: 'xtcThreshold',
        label: 'XTC threshold',
        hint: 'The probability from which a word counts as good.',
        step: 0.01,
        end: 0.5,
      },
    ],
  },
  {
    name: 'warmth',
    title: 'Moving temperature',
    hint: 'A temperature that follows the model’s doubt, or the text’s surprise.',
    fields: [
      {
        key: 'dynamicRange',
        label: 'Range',
        hint: 'How far the temperature moves down where the model is sure and up where it is not. 0 keeps it still.',
        step: 0.05,
        end: 2,
        off: 0,
      },
      { key: 'dynamicExponent', label: 'Exponent', hint: 'Above 1 it rises late, below 1 early.', step: 0.1, end: 3 },
      {
        key: 'mirostatTau',
        label: 'Mirostat',
        hint: 'The surprise to aim at, in bits. It takes the place of what leaves out words. 0 is off, 5 is usual.',
        step: 0.1,
        end: 10,
        off: 0,
      },
      { key: 'mirostatEta', label: 'Mirostat rate', hint: 'How fast it learns.', step: 0.01, end: 0.5 },
    ],
  },
  {
    name: 'repeats',
    title: 'Repeated words',
    hint: 'Against words and sentences that come again and again.',
    fields: [
      {
        key: 'repetitionRange',
        label: 'Range',
        hint: 'How many recent tokens the repetition, frequency and presence penalties look at. 0 is none.',
        step: 1,
        end: 1024,
        off: 0,
      },
      {
        key: 'frequencyPenalty',
        label: 'Frequency',
        hint: 'Taken off for each time that a word stands in the range. 0 is off.',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'presencePenalty',
        label: 'Presence',
        hint: 'Taken off once if a word stands in the range. 0 is off.',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'dryStrength',
        label: 'DRY',
        hint: 'Keeps whole sequences from being repeated, in all of the prompt and the reply. 0 is off, 0.8 is usual.',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'dryBase',
        label: 'DRY base',
        hint: 'How fast it grows with the length of the sequence.',
        step: 0.05,
        end: 3,
      },
      {
        key: 'dryAllowed',
        label: 'DRY allowed',
        hint: 'Sequences up to this many tokens may be repeated.',
        step: 1,
        end: 20,
      },
      {
        key: 'dryRange',
        label: 'DRY range',
        hint: 'How many tokens it looks back. 0 is all of them.',
        step: 1,
        end: 8192,
      },
    ],
  },
];

export const STEP_LABELS: Record<Step, string> = {
  penalties: 'Penalties',
  dry: 'DRY',
  topNSigma: 'Top-n-sigma',
  topK: 'Top-k',
  tailFree: 'Tail-free',
  typicalP: 'Typical-p',
  topP: 'Top-p',
  minP: 'Min-p',
  xtc: 'XTC',
  temperature: 'Temperature',
};

/** The whole range of a number, of which the slider shows the useful part. */
export function limitsOf(key: NumberKey): { readonly least: number; readonly most: number; readonly whole: boolean } {
  const schema = samplingSchema.shape[key].unwrap();
  return { least: schema.minValue ?? 0, most: schema.maxValue ?? 1, whole: schema.isInt };
}
