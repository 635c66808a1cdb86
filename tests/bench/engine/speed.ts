import { atLeast, median, type Result } from '../report.ts';
import { startBare } from './bare.ts';
import { alternate, freshText, goal, type Subject, textPlan, THREADS, timed, withEngine } from './subject.ts';

const GENERATED = 64;
const SHORT_PROMPT = 64;

/** Our whole engine process against a bare evaluate loop: greedy on both sides, on the same file and threads. */
async function againstBare(subject: Subject, promptTokens: number, generated: number, figure: 'tokensPerSecond' | 'promptPerSecond'): Promise<number> {
  const bare = await startBare(subject.model, subject.contextSize, THREADS);
  try {
    return await withEngine(subject, async (host) => {
      let text = '';
      let tokens = generated;
      const [ours = [], theirs = []] = await alternate(
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

export const generationRatio = async (subject: Subject): Promise<Result[]> =>
  [goal(subject, atLeast('generation_ratio', await againstBare(subject, SHORT_PROMPT, GENERATED, 'tokensPerSecond'), 'ratio', 0.97))];
export const promptRatio = async (subject: Subject): Promise<Result[]> =>
  [goal(subject, atLeast('prompt_ratio', await againstBare(subject, subject.promptTokens, 2, 'promptPerSecond'), 'ratio', 0.98))];
