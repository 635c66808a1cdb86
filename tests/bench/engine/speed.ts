import { atLeast, median, type Result } from '../report.ts';
import { startBare } from './bare.ts';
import { alternate, freshText, goal, ROUNDS, type Subject, textPlan, THREADS, timed, withEngine } from './subject.ts';

const GENERATED = 32;
/** Short and many: a machine that others use changes its speed every few seconds. */
const SHORT_ROUNDS = 25;
const SHORT_PROMPT = 64;

/** Our whole engine process against a bare evaluate loop: greedy on both sides, on the same file and threads. */
async function againstBare(
  subject: Subject,
  promptTokens: number,
  generated: number,
  figure: 'tokensPerSecond' | 'promptPerSecond',
  rounds: number,
): Promise<number> {
  const bare = await startBare(subject.model, subject.contextSize, THREADS);
  try {
    return await withEngine(subject, async (host) => {
      let text = '';
      let tokens = generated;
      const [ours = [], theirs = []] = await alternate(
        rounds,
        async () => {
          text = await freshText(host, promptTokens);
          const run = await timed(host, textPlan(text, subject), { maxTokens: generated });
          tokens = run.tokens;
          return run[figure];
        },
        async () => (await bare.write({ text, tokens }))[figure],
      );
      return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
    });
  } finally {
    bare.close();
  }
}

export const generationRatio = async (subject: Subject): Promise<Result[]> => [
  goal(
    subject,
    atLeast(
      'generation_ratio',
      await againstBare(subject, SHORT_PROMPT, GENERATED, 'tokensPerSecond', SHORT_ROUNDS),
      'ratio',
      0.97,
    ),
  ),
];
export const promptRatio = async (subject: Subject): Promise<Result[]> => [
  goal(
    subject,
    atLeast(
      'prompt_ratio',
      await againstBare(subject, subject.promptTokens, 2, 'promptPerSecond', ROUNDS),
      'ratio',
      0.98,
    ),
  ),
];
