import { afterAll, expect, test } from 'vitest';
import { forkEngine } from '../../electron/inference/fork.ts';
import { createInferenceHost } from '../../electron/inference/host.ts';
import { seededRandom } from '../../electron/inference/worker/sampler.ts';
import { readingTime, type Reading } from '../../electron/studio/reading-time.ts';
import { formatByName } from '../../shared/prompt/formats.ts';
import type { Cut, PromptFormat, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { largeModel } from '../helpers/model-maker.ts';

const host = createInferenceHost(forkEngine());
afterAll(() => host.close());
const TURNS = 100;
const NEAR = 0.3;

test('before each of 100 turns the time of reading is known to within 30 % for nine of ten', async () => {
  const contextSize = 1024;
  await host.load({ path: largeModel(), contextSize, threads: 1, gpu: false }, () => undefined);
  const random = seededRandom(4);
  const write = (words: number) => Array.from({ length: words }, () => ['rain', 'harbour', 'the', 'lamp', 'a pier', 'key.', 'door', 'and'][Math.floor(random() * 8)]).join(' ');
  const turns: PromptTurn[] = [{ id: 'note', role: 'system', speaker: null, text: write(40) }];
  const readings: Reading[] = [];
  const misses: number[] = [];
  let cut: Cut | null = null;
  for (let turn = 0; turn <= TURNS; turn++) {
    turns.push({ id: `you-${turn}`, role: 'user', speaker: null, text: write(5 + Math.floor(random() * 60)) });
    const plan = { format: formatByName('metharme') as PromptFormat, turns, open: false, reserve: 16, contextSize, cut };
    const { toRead, total } = await host.plan(plan);
    const forecast = readingTime(readings, { read: toRead, reused: total - toRead });
    const job = host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, maxTokens: 8, banEnd: true, seed: turn } });
    cut = (await job.accepted).ledger.cut;
    const { stats } = await job.done;
    if (forecast !== null) misses.push(forecast / stats.firstTokenMs - 1);
    readings.push({ read: stats.promptTokens - stats.reusedTokens, reused: stats.reusedTokens, ms: stats.firstTokenMs });
    if (process.env["DUMP"]) console.log(JSON.stringify([toRead, total - toRead, stats.promptTokens - stats.reusedTokens, Math.round(stats.firstTokenMs), forecast && Math.round(forecast)]));
    turns.push({ id: `story-${turn}`, role: 'model', speaker: null, text: write(20) });
  }
  const near = misses.filter((miss) => Math.abs(miss) <= NEAR).length;
  console.info(`${near} of ${misses.length} forecasts within 30 %; median miss ${misses.map(Math.abs).toSorted((a, b) => a - b)[TURNS / 2]?.toFixed(2)}`);
  expect(near).toBeGreaterThanOrEqual(0.9 * TURNS);
});
