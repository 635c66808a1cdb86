import type { InferenceHost } from '../../../electron/inference/protocol.ts';
import type { PromptTurn } from '../../../shared/prompt/types.ts';
import { median, noted, type Result } from '../report.ts';
import { freshText, goal, ROUNDS, storyPlan, type Subject, timed, turn, withEngine } from './subject.ts';

const REPLY = { maxTokens: 4 };

/** A story of about so many tokens: turns of you and the model. */
async function story(host: InferenceHost, tokens: number): Promise<PromptTurn[]> {
  const turns: PromptTurn[] = [];
  for (let left = tokens; left > 0; left -= 150) {
    turns.push(turn(`you-${left}`, 'user', await freshText(host, 50)), turn(`story-${left}`, 'model', await freshText(host, 100)));
  }
  return [...turns, turn('last', 'user', await freshText(host, 20))];
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
    return [noted('edit_ms', median(edited), 'ms'), noted('cold_ms', median(cold), 'ms')].map((result) => goal(subject, result));
  });
}
