import { forkEngine } from '../../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../../electron/engines/local/host/supervisor.ts';
import type { PlanRequest } from '../../../shared/prompt/types.ts';
import { EMBEDDED_MODEL } from '../../helpers/server.ts';
import { GREEDY, storyPlan, THREADS, turn } from '../engine/subject.ts';
import { atLeast, noted, type Result } from '../report.ts';

const [SHORTEST, LONGEST] = [30, 64];
const CONTEXT = 1024;
/** Each one token of the embedded model behind a space, as `night` is at the beginning of a head. */
const WORDS = ['rain', 'lamp', 'town', 'key', 'door'];
const words = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, n) => WORDS[(n * 7 + seed) % WORDS.length]).join(' ');

/**
 * Behind heads of every length: how much of what is left of a prompt when its first turns go, all of which was
 * evaluated, is not read again. The worst of them.
 */
export async function fastSlideReuse(): Promise<Result[]> {
  const host = createInferenceHost(forkEngine());
  try {
    const tuning = { fastSlide: true };
    const options = { path: EMBEDDED_MODEL, contextSize: CONTEXT, threads: THREADS, gpu: false, branches: 1, tuning };
    await host.load(options, () => undefined);
    const write = async (plan: PlanRequest): Promise<{ head: number; share: number }> => {
      const job = host.generate({ plan, sampling: { ...GREEDY, maxTokens: 1, seed: 1 } });
      const { headTokens } = await job.accepted;
      const { stats } = await job.done;
      return { head: headTokens.length, share: stats.reusedTokens / stats.promptTokens };
    };
    const shares = new Map<number, number>();
    for (let length = 1; length <= LONGEST; length += 1) {
      const head = turn('s', 'system', `night ${words(length, length)}`);
      const turns = Array.from({ length: 8 }, (_, n) => turn(`t${n}`, n % 2 === 0 ? 'user' : 'model', words(9 + n, n)));
      const last = turn('n', 'user', 'Go.');
      await write(storyPlan([head, ...turns, last], { contextSize: CONTEXT }));
      const slid = await write(storyPlan([head, ...turns.slice(4), last], { contextSize: CONTEXT }));
      if (slid.head >= SHORTEST && slid.head <= LONGEST) shares.set(slid.head, slid.share);
    }
    if (shares.size !== LONGEST - SHORTEST + 1)
      throw new Error(`only heads of ${[...shares.keys()].join(', ')} tokens`);
    return [
      atLeast('fast_slide_reuse', Math.min(...shares.values()), 'share', 0.95),
      noted('fast_slide_heads', shares.size, 'heads'),
    ];
  } finally {
    await host.close();
  }
}
