import { join } from 'node:path';
import type { InferenceHost } from '../../../electron/engines/local/protocol.ts';
import type { Cut, PlanRequest, PromptTurn } from '../../../shared/prompt/types.ts';
import { temporaryFolder } from '../../helpers/server.ts';
import { atMost, median, noted, type Result } from '../report.ts';
import { freshText, goal, ROUNDS, storyPlan, type Subject, timed, turn, withEngine } from './subject.ts';

const REPLY = { maxTokens: 4 };
const CUTS = 3;
const EXCHANGES = 60;

/** A story of about so many tokens: turns of you and the model. */
async function story(host: InferenceHost, tokens: number): Promise<PromptTurn[]> {
  const turns: PromptTurn[] = [];
  for (let left = tokens; left > 0; left -= 150) {
    turns.push(
      turn(`you-${left}`, 'user', await freshText(host, 50)),
      turn(`story-${left}`, 'model', await freshText(host, 100)),
    );
  }
  return [...turns, turn('last', 'user', await freshText(host, 20))];
}

/** The first token behind a window cut that was prepared while the person typed, against that of any other turn. */
export async function cutRatio(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const [ordinary, cuts]: [number[], number[]] = [[], []];
    const turns = await story(host, subject.contextSize - 400);
    let cut: Cut | null = null;
    for (let exchange = 0; exchange < EXCHANGES && cuts.length < CUTS; exchange += 1) {
      const plan: PlanRequest = { ...storyPlan(turns, subject), cut };
      const moved: Cut | null = (await host.plan(plan)).cut;
      const { firstMs } = await timed(host, plan, REPLY);
      if (exchange > 0)
        (moved?.turnId === cut?.turnId && moved?.offset === cut?.offset ? ordinary : cuts).push(firstMs);
      cut = moved;
      turns.push(turn(`story ${exchange}`, 'model', await freshText(host, 60)));
      await host.work({ type: 'prepare', plan: { ...storyPlan(turns, subject), cut } });
      turns.push(turn(`you ${exchange}`, 'user', await freshText(host, 30)));
    }
    return [goal(subject, atMost('cut_ratio', median(cuts) / median(ordinary), 'ratio', 1.2))];
  });
}

/** The first token when everything must be read, and when a turn in the middle was edited. */
export async function editedAndCold(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const [edited, cold]: [number[], number[]] = [[], []];
    const turns = await story(host, subject.promptTokens);
    const middle = turns.length >> 1;
    for (let round = 0; round < ROUNDS; round += 1) {
      cold.push((await timed(host, storyPlan(turns, subject), REPLY, { cold: true })).firstMs);
      turns[middle] = turn(`edited ${round}`, turns[middle]?.role ?? 'user', await freshText(host, 80));
      edited.push((await timed(host, storyPlan(turns, subject), REPLY)).firstMs);
    }
    return [noted('edit_ms', median(edited), 'ms'), noted('cold_ms', median(cold), 'ms')].map((result) =>
      goal(subject, result),
    );
  });
}

/** The first token in a new process that brings the saved state back, against a cold one. */
export async function restartRatio(subject: Subject): Promise<Result[]> {
  const path = join(temporaryFolder('bench-state'), 'story.state');
  const turns = await withEngine(subject, async (host) => {
    const turns = await story(host, subject.promptTokens);
    await timed(host, storyPlan(turns, subject), REPLY);
    await host.work({ type: 'save', request: { path, sha256: null, plan: storyPlan(turns, subject) } });
    return turns;
  });
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ratios.push(
      await withEngine(subject, async (host) => {
        const started = performance.now();
        await host.work({ type: 'restore', request: { path, sha256: null } });
        const restored = performance.now() - started + (await timed(host, storyPlan(turns, subject), REPLY)).firstMs;
        return restored / (await timed(host, storyPlan(turns, subject), REPLY, { cold: true })).firstMs;
      }),
    );
  }
  return [goal(subject, atMost('restart_ratio', median(ratios), 'ratio', 0.1))];
}
