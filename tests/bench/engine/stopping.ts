import { setTimeout as delay } from 'node:timers/promises';
import type { EngineReply } from '../../../electron/engines/port.ts';
import { atMost, median, type Result } from '../report.ts';
import { freshText, goal, GREEDY, type Subject, textPlan, withEngine } from './subject.ts';

const STOPS = 11;

/** Milliseconds from a stop to its answer, `after` so many milliseconds in the phase that it should meet. */
async function stopTime(job: EngineReply, phase: 'prompt' | 'text', after: number): Promise<number> {
  const there = Promise.withResolvers<void>();
  job.onPrompt(({ done, total }) => {
    if (phase === 'prompt' || done === total) there.resolve();
  });
  await there.promise;
  await delay(after);
  const stopped = performance.now();
  job.stop();
  const { reason } = await job.done;
  if (reason !== 'stopped') throw new Error(`it had ended by itself (${reason}) before the stop`);
  return performance.now() - stopped;
}

/** How long a stop takes while the prompt is read and while text comes, at moments spread over a second. */
export async function stopping(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const times = { prompt: [] as number[], text: [] as number[] };
    for (let stop = 0; stop < STOPS; stop += 1) {
      for (const phase of ['prompt', 'text'] as const) {
        const plan = textPlan(await freshText(host, phase === 'prompt' ? subject.promptTokens : 32), subject, 256);
        // The embedded model reads its whole prompt within a second.
        const after = ((stop + 0.5) / STOPS) * (subject.goals ? 1000 : 100);
        times[phase].push(
          await stopTime(
            host.generate({ plan, sampling: { ...GREEDY, banEnd: true, maxTokens: 256, seed: 1 } }),
            phase,
            after,
          ),
        );
      }
    }
    return [
      atMost('abort_prompt_ms', median(times.prompt), 'ms', 250),
      atMost('abort_generation_ms', median(times.text), 'ms', 50),
    ].map((result) => goal(subject, result));
  });
}
