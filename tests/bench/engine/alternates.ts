import type { InferenceHost } from '../../../electron/engines/local/protocol.ts';
import type { PlanRequest } from '../../../shared/prompt/types.ts';
import { atMost, median, type Result } from '../report.ts';
import { alternate, freshText, goal, GREEDY, ROUNDS, type Subject, textPlan, withEngine } from './subject.ts';

const SEEDS = [1, 2, 3, 4];
/** A round of four cold runs takes half a minute. */
const ROUNDS_OF_FOUR = 3;

/** Replies of 16 tokens to one prompt, asked for together; answers with the milliseconds until each was done. */
async function replies(
  host: InferenceHost,
  plan: PlanRequest,
  seeds: readonly number[],
  cold = false,
): Promise<number[]> {
  const started = performance.now();
  return Promise.all(
    seeds.map(async (seed) => {
      await host.generate({ plan, sampling: { ...GREEDY, temperature: 1, maxTokens: 16, banEnd: true, seed }, cold })
        .done;
      return performance.now() - started;
    }),
  );
}

/** Four alternates share the prompt that four cold runs each read. */
export async function alternatesRatio(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const fresh = async (): Promise<PlanRequest> => textPlan(await freshText(host, subject.promptTokens), subject);
    const [together = [], cold = []] = await alternate(
      ROUNDS_OF_FOUR,
      async () => Math.max(...(await replies(host, await fresh(), SEEDS))),
      async () => Math.max(...(await replies(host, await fresh(), SEEDS, true))),
    );
    return [
      goal(
        subject,
        atMost(
          'alternates_ratio',
          median(together.map((time, round) => time / (cold[round] ?? Number.NaN))),
          'ratio',
          0.35,
        ),
      ),
    ];
  });
}

/** The first of four is there as soon as a single reply. */
export async function firstAlternateRatio(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const [four = [], one = []] = await alternate(
      ROUNDS,
      ...[SEEDS, SEEDS.slice(0, 1)].map((seeds) => async () => {
        const [first = Number.NaN] = await replies(
          host,
          textPlan(await freshText(host, subject.promptTokens), subject),
          seeds,
        );
        return first;
      }),
    );
    return [
      goal(
        subject,
        atMost(
          'first_alternate_ratio',
          median(four.map((time, round) => time / (one[round] ?? Number.NaN))),
          'ratio',
          1.05,
        ),
      ),
    ];
  });
}
