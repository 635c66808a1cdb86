import type { InferenceHost } from '../engines/local/protocol.ts';
import type { Cut, PlanRequest, PromptFormat, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';

/** `countsEqual`: the ledger's sum, the prompt's tokens and the engine's position were one number, each time. */
export interface WindowSlide {
  readonly turns: number;
  readonly window: number;
  readonly cuts: number;
  readonly headIdentical: boolean;
  readonly countsEqual: boolean;
  readonly read: number;
  readonly reused: number;
}

const TURNS = 20;
/** Small enough that twenty turns overflow it, and that a large model gets through in minutes. */
const WINDOW = 512;
const RESERVE = 32;

const NOTE = 'A tale of a harbour in the fog, told calmly.';
const asked = (step: number): string =>
  `I knock at door number ${step + 1} of the harbour street and wait for an answer.`;
const told = (step: number): string =>
  `Behind door number ${step + 1} somebody moves a chair. The fog has come up the stairs with you, it smells of salt and of tar, and when the door opens at last there is only a lamp on the table, lit, and a map on which your own way is drawn.`;

/** Twenty turns through a small window, a token written after each of the person's. */
export async function slideWindow(
  host: InferenceHost,
  format: PromptFormat,
  contextSize: number,
): Promise<WindowSlide> {
  const window = Math.min(contextSize, WINDOW);
  const turns: PromptTurn[] = [turn('note', 'system', NOTE)];
  const heads = new Set<string>();
  let cut: Cut | null = null;
  let [cuts, read, reused] = [0, 0, 0];
  let countsEqual = true;
  for (let step = 0; step < TURNS / 2; step++) {
    turns.push(turn(`you ${step}`, 'user', asked(step)));
    const plan: PlanRequest = { format, turns: [...turns], open: false, reserve: RESERVE, contextSize: window, cut };
    const reply = host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, temperature: 0, maxTokens: 1, seed: 1 } });
    const { ledger, headTokens } = await reply.accepted;
    const { position, stats } = await reply.done;
    const { tokens } = await host.tokens(plan);
    const sum = ledger.segments.reduce(
      (total, segment) => total + (segment.placement === 'out' ? 0 : (segment.tokens ?? 0)),
      ledger.overhead,
    );
    countsEqual &&= [ledger.total, position, tokens.length].every((count) => count === sum);
    heads.add(headTokens.join(' '));
    if (ledger.cut?.turnId !== cut?.turnId || ledger.cut?.offset !== cut?.offset) cuts++;
    ({ cut } = ledger);
    read += stats.promptTokens - stats.reusedTokens;
    reused += stats.reusedTokens;
    turns.push(turn(`told ${step}`, 'model', told(step)));
  }
  return { turns: TURNS, window, cuts, headIdentical: heads.size === 1, countsEqual, read, reused };
}

function turn(id: string, role: PromptTurn['role'], text: string): PromptTurn {
  return { id, role, speaker: null, text };
}
