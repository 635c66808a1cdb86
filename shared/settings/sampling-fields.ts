import { samplingSchema, type Sampling } from './sampling.ts';

type KeysOf<T> = { [K in keyof Sampling]: Sampling[K] extends T ? K : never }[keyof Sampling];
export type NumberKey = Exclude<KeysOf<number>, 'seed'>;

/** A number as it is set: `end` is where its useful part ends, `off` the value at which it does nothing. */
export interface NumberField {
  readonly key: NumberKey;
  readonly step: number;
  readonly end: number;
  readonly off?: number;
}

/** In sight: what most people ever change. */
export const COMMON_FIELDS: readonly NumberField[] = [
  {
    key: 'temperature',
    step: 0.05,
    end: 2,
  },
  {
    key: 'minP',
    step: 0.01,
    end: 0.5,
    off: 0,
  },
  {
    key: 'repetitionPenalty',
    step: 0.01,
    end: 1.5,
    off: 1,
  },
  { key: 'maxTokens', step: 1, end: 1024 },
  { key: 'minTokens', step: 1, end: 64, off: 0 },
  {
    key: 'thinkingTokens',
    step: 1,
    end: 2048,
  },
];

export const KEPT_FIELD: NumberField = {
  key: 'candidates',
  step: 1,
  end: 20,
};

export interface FieldGroup {
  readonly name: 'choice' | 'warmth' | 'repeats';
  readonly fields: readonly NumberField[];
}
export const FIELD_GROUPS: readonly FieldGroup[] = [
  {
    name: 'choice',
    fields: [
      {
        key: 'topP',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'topK',
        step: 1,
        end: 200,
        off: 0,
      },
      {
        key: 'typicalP',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'tailFree',
        step: 0.01,
        end: 1,
        off: 1,
      },
      {
        key: 'topNSigma',
        step: 0.1,
        end: 4,
        off: 0,
      },
      {
        key: 'xtcProbability',
        step: 0.05,
        end: 1,
        off: 0,
      },
      {
        key: 'xtcThreshold',
        step: 0.01,
        end: 0.5,
      },
    ],
  },
  {
    name: 'warmth',
    fields: [
      {
        key: 'dynamicRange',
        step: 0.05,
        end: 2,
        off: 0,
      },
      { key: 'dynamicExponent', step: 0.1, end: 3 },
      {
        key: 'mirostatTau',
        step: 0.1,
        end: 10,
        off: 0,
      },
      { key: 'mirostatEta', step: 0.01, end: 0.5 },
    ],
  },
  {
    name: 'repeats',
    fields: [
      {
        key: 'repetitionRange',
        step: 1,
        end: 1024,
        off: 0,
      },
      {
        key: 'frequencyPenalty',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'presencePenalty',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'dryStrength',
        step: 0.05,
        end: 2,
        off: 0,
      },
      {
        key: 'dryBase',
        step: 0.05,
        end: 3,
      },
      {
        key: 'dryAllowed',
        step: 1,
        end: 20,
      },
      {
        key: 'dryRange',
        step: 1,
        end: 8192,
      },
    ],
  },
];

/** The whole range of a number, of which the slider shows the useful part. */
export function limitsOf(key: NumberKey): { readonly least: number; readonly most: number; readonly whole: boolean } {
  const schema = samplingSchema.shape[key].unwrap();
  return { least: schema.minValue ?? 0, most: schema.maxValue ?? 1, whole: schema.isInt };
}
