import { parseArgs } from 'node:util';
import { largeModel } from '../helpers/model-maker.ts';
import { EMBEDDED_MODEL } from '../helpers/server.ts';
import { generationRatio, promptRatio } from './engine/speed.ts';
import type { Subject } from './engine/subject.ts';
import { report, type Result } from './report.ts';

/** `npm run bench -- engine [--only NAME,NAME] [--model FILE]`: the engine room. Each figure is measured on its own. */
const FIGURES: Readonly<Record<string, (subject: Subject) => Promise<Result[]>>> = {
  generation_ratio: generationRatio,
  prompt_ratio: promptRatio,
};

const { only, model } = parseArgs({ options: { only: { type: 'string' }, model: { type: 'string' } } }).values;
const names = only?.split(',') ?? Object.keys(FIGURES);
const unknown = names.filter((name) => !(name in FIGURES));
if (unknown.length > 0) throw new Error(`There is no figure ${unknown.join(', ')}. The figures are ${Object.keys(FIGURES).join(', ')}.`);

const subjects: Subject[] = model === undefined
  ? [{ model: largeModel(), promptTokens: 1500, contextSize: 2048, goals: true, suffix: '' }, { model: EMBEDDED_MODEL, promptTokens: 700, contextSize: 1024, goals: false, suffix: '_embedded' }]
  : [{ model, promptTokens: 1500, contextSize: 2048, goals: false, suffix: '' }];

const results: Result[] = [];
for (const name of names) for (const subject of subjects) results.push(...await FIGURES[name]?.(subject) ?? []);
report('engine', results);
process.exit(0);
