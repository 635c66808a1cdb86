import { parseArgs } from 'node:util';
import { report, type Result } from './report.ts';
import { engineStart } from './store/engine-start.ts';
import { fastSlideReuse } from './store/fast-slide.ts';
import { restoring } from './store/restore.ts';
import { samplerRatio } from './store/sampling.ts';
import { open20000, open2500 } from './store/opening.ts';
import { turnBytes } from './store/turn-bytes.ts';
import { turnGrowth } from './store/turn-growth.ts';

/** Each figure has a file in store/; it may note others beside it. */
const FIGURES: Readonly<Record<string, () => Promise<Result[]>>> = {
  turn_growth: turnGrowth,
  turn_bytes: turnBytes,
  engine_start_ratio: engineStart,
  restore_ratio: restoring,
  sampler_ratio: samplerRatio,
  fast_slide_reuse: fastSlideReuse,
  open_2500_turns_ms: open2500,
  open_20000_turns_ms: open20000,
};

/** `npm run bench -- store [--only NAME,NAME]`: what the store, opening and the engine's start and state cost. */
const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = only?.split(',') ?? Object.keys(FIGURES);
const results: Result[] = [];
for (const name of wanted) {
  const measure = FIGURES[name];
  if (!measure) throw new Error(`There is no figure ${name}. The figures are ${Object.keys(FIGURES).join(', ')}.`);
  results.push(...(await measure()));
}
report('store', results);
process.exit(0);
