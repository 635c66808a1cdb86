import type { Assembled } from './assemble.ts';
import type { Body, Window } from './window.ts';
import type { LedgerEntry, PlanRequest, PromptTurn } from './types.ts';

/** What of a path is sent at all: the head, which always stands first, and the turns that the window slides over. */
export function sortTurns(request: PlanRequest): { head: PromptTurn[]; turns: PromptTurn[] } {
  const sent = request.turns.filter((turn, index) => !steers(turn, request) && (!isEmpty(turn) || isOpen(index, request)));
  const first = sent.findIndex((turn, index) => turn.role !== 'system' || (request.open && index === sent.length - 1));
  return first < 0 ? { head: sent, turns: [] } : { head: sent.slice(0, first), turns: sent.slice(first) };
}

const isEmpty = (turn: PromptTurn) => turn.text.trim() === '';
const isOpen = (index: number, request: PlanRequest) => request.open && index === request.turns.length - 1;
const steers = (turn: PromptTurn, request: PlanRequest) => request.format.kind === 'prose' && turn.role === 'user' && turn.steers === true;

/** The account of a prompt: each turn of the path with its tokens and why it is in or out. */
export function ledgerEntries(request: PlanRequest, { head, body, window }: { head: readonly PromptTurn[]; body: Body; window: Window }, prompt: Assembled) {
  const tokens = new Map<string, number>();
  let overhead = 0;
  for (const owner of prompt.owners) {
    if (owner === null) overhead += 1;
    else tokens.set(owner, (tokens.get(owner) ?? 0) + 1);
  }
  const inPrompt = new Map<string, Pick<LedgerEntry, 'placement' | 'reason'>>();
  for (const turn of head) inPrompt.set(turn.id, { placement: 'in', reason: 'head' });
  const place = (turn: PromptTurn, offset: number) => inPrompt.set(turn.id, offset > 0 ? { placement: 'trimmed', reason: 'long' } : { placement: 'in', reason: 'recent' });
  body.turns.slice(window.from).forEach((turn, index) => place(turn, index === 0 ? window.offset : 0));
  if (window.anchor !== null) place(window.anchor.turn, window.anchor.offset);

  const entries = request.turns.map((turn, index): LedgerEntry => {
    const { id: turnId, role } = turn;
    const sent = inPrompt.get(turnId);
    if (sent !== undefined) return { turnId, role, ...sent, tokens: tokens.get(turnId) ?? 0, neutralised: prompt.neutralised.has(turnId) };
    if (steers(turn, request)) return { turnId, role, placement: 'out', reason: 'steering', tokens: null, neutralised: false };
    if (isEmpty(turn) && !isOpen(index, request)) return { turnId, role, placement: 'out', reason: 'empty', tokens: 0, neutralised: false };
    return { turnId, role, placement: 'out', reason: 'older', tokens: null, neutralised: false };
  });
  return { entries, overhead };
}
