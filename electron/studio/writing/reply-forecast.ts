import { z } from 'zod';
import type { Forecast, GenerationStats } from '../../../shared/contract/writing.ts';
import type { Ledger } from '../../../shared/prompt/types.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import type { Ready } from '../models/loaded-engine.ts';
import { readingTime } from './reading-time.ts';

/** Of so many replies a machine's speed is remembered. */
const REMEMBERED = 48;
/** What a reply's speed counts against that of the ones before. */
const NEWS = 0.3;
/** Shorter replies do not tell how fast a model writes. */
const LEAST_TOKENS = 8;

const memory = z.object({
  readings: z
    .array(z.object({ read: z.number().min(1), reused: z.number().min(0), ms: z.number().positive() }))
    .max(REMEMBERED),
  tokensPerSecond: z.number().positive().nullable(),
});
type Memory = z.infer<typeof memory>;

/**
 * How long reading and writing take, learned from the last replies with this model, device and context, and remembered
 * over restarts.
 */
export interface Forecasts {
  of(ready: Ready, ledger: Ledger): Forecast | null;
  learn(ready: Ready, stats: GenerationStats): void;
}

export function createForecasts(db: WritableDB): Forecasts {
  const keyOf = ({ modelId, device, contextSize }: Ready): string => `${modelId} ${device} ${String(contextSize)}`;
  const recall = (ready: Ready): Memory =>
    memory.catch({ readings: [], tokensPerSecond: null }).parse(readSetting(db, 'speed', keyOf(ready)));
  return {
    of(ready, { toRead, total }) {
      const { readings, tokensPerSecond } = recall(ready);
      const readMs = readingTime(readings, { read: toRead, reused: total - toRead });
      return readMs === null ? null : { readMs, tokensPerSecond };
    },
    learn(ready, stats) {
      if (stats.tokens === 0 || stats.firstTokenMs <= 0) return;
      try {
        writeSetting(db, 'speed', keyOf(ready), learned(recall(ready), stats));
      } catch {
        // The reply matters more; the speed is learned again with the next one.
      }
    },
  };
}

function learned(
  before: Memory,
  { promptTokens, reusedTokens, firstTokenMs, tokens, tokensPerSecond }: GenerationStats,
): Memory {
  const reading = { read: promptTokens - reusedTokens, reused: reusedTokens, ms: firstTokenMs };
  const speed =
    tokens < LEAST_TOKENS || tokensPerSecond <= 0
      ? before.tokensPerSecond
      : (before.tokensPerSecond ?? tokensPerSecond) * (1 - NEWS) + tokensPerSecond * NEWS;
  return { readings: [...before.readings, reading].slice(-REMEMBERED), tokensPerSecond: speed };
}
