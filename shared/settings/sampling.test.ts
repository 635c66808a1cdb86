import { expect, test } from 'vitest';
import { PRESETS, presetOf, sampled, suited } from './presets.ts';
import { DEFAULT_SAMPLING, samplingSchema, STEPS } from './sampling.ts';

test('what an older Paphos stored stays as it was, with the usual values for what it did not know', () => {
  const stored = {
    temperature: 1.3,
    topK: 40,
    topP: 0.9,
    minP: 0,
    repetitionPenalty: 1.1,
    repetitionRange: 128,
    maxTokens: 300,
    seed: 4,
    banEnd: true,
  };
  expect(samplingSchema.parse(stored)).toEqual({ ...DEFAULT_SAMPLING, ...stored });
});

test('a stored order that lacks a step gets it where it usually stands; unknown and double ones go', () => {
  expect(samplingSchema.parse({ order: ['temperature', 'topK', 'nonsense', 'topK', 'minP'] }).order).toEqual([
    'penalties',
    'dry',
    'topNSigma',
    'temperature',
    'topK',
    'tailFree',
    'typicalP',
    'topP',
    'minP',
    'xtc',
  ]);
  expect(samplingSchema.parse({ order: [] }).order).toEqual(STEPS);
});

test('out of range is refused', () => {
  expect(samplingSchema.safeParse({ temperature: 6 }).success).toBe(false);
  expect(samplingSchema.safeParse({ topK: 1.5 }).success).toBe(false);
  expect(samplingSchema.safeParse({ logitBias: [{ text: '', bias: 1 }] }).success).toBe(false);
});

test('every preset is valid, differs from the others, and keeps what is the writer’s own', () => {
  const mine = {
    ...DEFAULT_SAMPLING,
    seed: 9,
    banEnd: true,
    bannedPhrases: ['a testament to'],
    candidates: 3,
    grammarKind: 'gbnf' as const,
    grammar: 'root ::= "a"',
  };
  const made = PRESETS.map((preset) => sampled(preset, mine));
  for (const [index, sampling] of made.entries()) {
    expect(samplingSchema.parse(sampling)).toEqual(sampling);
    expect(sampling).toMatchObject({
      preset: PRESETS[index]?.name,
      seed: 9,
      banEnd: true,
      bannedPhrases: ['a testament to'],
      candidates: 3,
      grammar: 'root ::= "a"',
    });
    expect(presetOf(sampling, DEFAULT_SAMPLING)).toEqual({ preset: PRESETS[index], changed: false });
    expect(presetOf({ ...sampling, temperature: sampling.temperature + 0.1 }, DEFAULT_SAMPLING).changed).toBe(true);
    expect(presetOf({ ...sampling, seed: 10, bannedPhrases: [] }, DEFAULT_SAMPLING).changed).toBe(false);
  }
  expect(new Set(made.map((sampling) => JSON.stringify({ ...sampling, preset: null }))).size).toBe(PRESETS.length);
});

test('the presets of Open-Assistant have the values of their sources', () => {
  const of = (source: string): Record<string, unknown> =>
    Object.fromEntries(
      PRESETS.filter((preset) => preset.source === source).map(({ name, style }) => [
        name,
        [style.temperature, style.topK, style.topP, style.typicalP, style.minTokens],
      ]),
    );
  expect(of('oasst-report')).toEqual({
    'oasst-typical2': [1, 50, 1, 0.2, 4],
    'oasst-typical3': [1, 50, 1, 0.3, 4],
    'oasst-nucleus9': [1, 50, 0.9, 1, 4],
    'oasst-k50': [1, 50, 1, 1, 4],
    'oasst-greedy': [0, 50, 1, 1, 4],
  });
  expect(of('oasst-demo')).toMatchObject({
    'oasst-demo-typical2': [0.8, 0, 1, 0.2, 0],
    'oasst-demo-k50': [0.75, 50, 0.95, 1, 0],
  });
  for (const { source, style } of PRESETS)
    if (source !== 'paphos') expect(style).toMatchObject({ repetitionPenalty: 1.2, maxTokens: 400, minP: 0 });
});

test('what suits the model can be chosen again, and a change of it is told', () => {
  const suitable = { ...DEFAULT_SAMPLING, temperature: 0.5, maxTokens: 99 };
  const mine = { ...DEFAULT_SAMPLING, temperature: 2, preset: 'wild', bannedPhrases: ['a testament to'], seed: 3 };
  const again = suited(suitable, mine);
  expect(again).toEqual({ ...suitable, bannedPhrases: ['a testament to'], seed: 3 });
  expect(presetOf(again, suitable)).toEqual({ preset: null, changed: false });
  expect(presetOf({ ...again, minP: 0.2 }, suitable)).toEqual({ preset: null, changed: true });
});
