import { parseArgs } from 'node:util';
import { largeModel } from '../helpers/model-maker.ts';
import { EMBEDDED_MODEL } from '../helpers/server.ts';
import { alternatesRatio, firstAlternateRatio } from './engine/alternates.ts';
import { cutRatio, editedAndCold, restartRatio } from './engine/first-token.ts';
import { candidatesCost, samplerCost, typicalCost } from './engine/sampler.ts';
import { generationRatio, promptRatio } from './engine/speed.ts';
import { stopping } from './engine/stopping.ts';
import type { Subject } from './engine/subject.ts';
import { report, type Result } from './report.ts';

interface Figures {
  readonly names: readonly string[];
  measure(subject: Subject): Promise<Result[]>;
}
const FIGURES: readonly Figures[] = [
  { names: ['generation_ratio'], measure: generationRatio },
  { names: ['prompt_ratio'], measure: promptRatio },
  { names: ['cut_ratio'], measure: cutRatio },
  { names: ['edit_ms', 'cold_ms'], measure: editedAndCold },
  { names: ['restart_ratio'], measure: restartRatio },
  { names: ['abort_prompt_ms', 'abort_generation_ms'], measure: stopping },
  { names: ['alternates_ratio'], measure: alternatesRatio },
  { names: ['first_alternate_ratio'], measure: firstAlternateRatio },
  { names: ['sampler_ms_50k'], measure: samplerCost },
  { names: ['typical_full_ms_50k'], measure: typicalCost },
  { names: ['candidates_cost'], measure: candidatesCost },
];

/** `npm run bench -- engine [--only NAME,NAME] [--model FILE]`: the engine room. */
const { only, model } = parseArgs({ options: { only: { type: 'string' }, model: { type: 'string' } } }).values;
const all = FIGURES.flatMap(({ names }) => names);
const wanted = only?.split(',') ?? all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`There is no figure ${unknown.join(', ')}. The figures are ${all.join(', ')}.`);

const subjects: Subject[] =
  model === undefined
    ? [
        { model: largeModel(), promptTokens: 1500, contextSize: 2048, goals: true, suffix: '' },
        { model: EMBEDDED_MODEL, promptTokens: 700, contextSize: 1024, goals: false, suffix: '_embedded' },
      ]
    : [{ model, promptTokens: 1500, contextSize: 2048, goals: false, suffix: '' }];

const results: Result[] = [];
for (const { names, measure } of FIGURES) {
  if (!names.some((name) => wanted.includes(name))) continue;
  for (const subject of subjects) results.push(...(await measure(subject)));
}
report('engine', results);
process.exit(0);
