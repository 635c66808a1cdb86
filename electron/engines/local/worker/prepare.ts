import { headroom, planPrompt } from '../../../../shared/prompt/plan/plan.ts';
import { NEXT_TURN_SHARE } from '../../../../shared/prompt/plan/window.ts';
import type { Cut, PlanRequest, PromptTurn } from '../../../../shared/prompt/types.ts';
import { failure } from '../../../../shared/faults/failure.ts';
import type { OpenModel } from './open-model.ts';
import { readPrompt } from './read-prompt.ts';

/**
 * How much of the next turn that moves a cut to a known place (W6) is asked with: a little less than all, as words are
 * counted roughly.
 */
const OF_NEXT_TURN = 0.75;
const ROUGH = 64;

interface Beginning {
  readonly tokens: readonly number[];
  readonly cut: Cut | null;
  readonly headTokens: number;
}

/** `onProgress` hears a share of one reading, from 0 to 1. */
interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/**
 * Reads what the next prompt surely begins with and, when a cut is near, the window behind that cut beside it. Answers
 * with the number of tokens read; stopped, it rejects with STOPPED.
 */
export async function prepare(open: OpenModel, plan: PlanRequest, work: Work): Promise<number> {
  const near = beginningOf(open, plan, 1);
  let read = await readAhead(open, near, work);
  if (open.branches.keepsWindows) {
    const far = beginningOf(open, plan, wordsThatMoveTheCut(open, plan, near));
    if (!sameCut(near.cut, far.cut)) read += await readAhead(open, far, work);
  }
  return read;
}

/** What every next prompt has in common, whatever the person writes next, in so many words. */
export function beginningOf(open: OpenModel, request: PlanRequest, words: number): Beginning {
  const [one, other] = ['a ', 'I '].map((word) =>
    planPrompt(
      { ...request, open: false, turns: goneOnWith(request.turns, word.repeat(words)) },
      open.vocabulary,
      open.tokenized,
    ),
  );
  if (one === undefined || other === undefined) throw new RangeError('two plans');
  const shared = one.tokens.findIndex((token, index) => token !== other.tokens[index]);
  return { tokens: one.tokens.slice(0, shared), cut: one.ledger.cut, headTokens: one.headTokens };
}

/** The person's next turn, or, where they are writing it already, the rest of it. */
function goneOnWith(turns: readonly PromptTurn[], words: string): PromptTurn[] {
  const last = turns.at(-1);
  if (last?.role === 'user') return [...turns.slice(0, -1), { ...last, text: last.text + words }];
  return [...turns, { id: 'next', role: 'user', speaker: null, text: words }];
}

function wordsThatMoveTheCut(
  open: OpenModel,
  { contextSize, reserve }: PlanRequest,
  { headTokens }: Beginning,
): number {
  const tokensOfWord = open.vocabulary.tokenize('a '.repeat(ROUGH)).length / ROUGH;
  return Math.max(
    1,
    Math.floor(((headroom(contextSize, reserve) - headTokens) * NEXT_TURN_SHARE * OF_NEXT_TURN) / tokensOfWord),
  );
}

async function readAhead(
  open: OpenModel,
  { tokens, headTokens }: Beginning,
  { signal, onProgress }: Work,
): Promise<number> {
  // Reading leaves out the last token of a prompt: here something always follows.
  const prompt = [...tokens, ANY];
  const sequence = await open.branches.take(prompt, { headTokens });
  const reused = await readPrompt(sequence, prompt, open.loaded.hardware.promptChunk, signal, (done) => {
    onProgress(done / prompt.length);
  });
  if (signal.aborted) throw failure('STOPPED', {});
  return tokens.length - reused;
}

const ANY = -1;
const sameCut = (a: Cut | null, b: Cut | null): boolean => a?.turnId === b?.turnId && a?.offset === b?.offset;
