import { parseArgs } from 'node:util';
import { report, type Result } from './report.ts';
import { gridFirstPaint, searchCharacters } from './player/characters.ts';
import { appendGrowth, openingChat, scrollingChat } from './player/chat.ts';

/** Each figure may note others beside it. */
const FIGURES: Readonly<Record<string, () => Promise<Result[]>>> = {
  open_20k_turns_ms: openingChat,
  scroll_long_frames: scrollingChat,
  append_growth: appendGrowth,
  grid_first_paint_ms: gridFirstPaint,
  search_characters_p95_ms: searchCharacters,
};

/** `npm run bench -- player [--only NAME,NAME]`: what a long evening of a player costs. */
const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = only?.split(',') ?? Object.keys(FIGURES);
const results: Result[] = [];
for (const name of wanted) {
  const measure = FIGURES[name];
  if (!measure) throw new Error(`There is no figure ${name}. The figures are ${Object.keys(FIGURES).join(', ')}.`);
  results.push(...(await measure()));
}
report('player', results);
process.exit(0);
