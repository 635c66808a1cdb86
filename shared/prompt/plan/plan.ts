import { ROLES, type Role } from '../../document/turn.ts';
import { assemble, type Assembled } from './assemble.ts';
import { failure } from '../../faults/failure.ts';
import { accountOf, dateIn, sortTurns } from './ledger.ts';
import type { Scale } from './measure.ts';
import { placeHead, placeNotes } from './notes.ts';
import { holdBack } from './open-end.ts';
import { spokenTurns } from './reasoning.ts';
import type { TokenCache } from './tokens.ts';
import { bodyOf, hasRoom, isWhole, leastRoom, mayFit, moveCut, sentOf, WHOLE, windowAt, type Body } from './window.ts';
import { roleWords } from './role-words.ts';
import type { Plan, PlanRequest, PromptFormat, PromptTurn, Tokenizer } from '../types.ts';

/** Tokens that a prompt may have: one place is kept for the token that is being drawn. */
export const headroom = (contextSize: number, reserve: number) => contextSize - 1 - reserve;

/** The prompt for a request: a pure function of it (SPEC.md). The cache only saves time. */
export function planPrompt(asked: PlanRequest, tokenizer: Tokenizer, cache: TokenCache = new Map()): Plan {
  const request = { ...asked, turns: spokenTurns(asked.turns, asked.format, asked.open) };
  const scale: Scale = { format: request.format, tokenizer, words: roleWords(request.format, tokenizer), cache };
  const { head: leading, turns } = sortTurns(request);
  const { head, examples } = placeHead(request, leading);
  const budget = headroom(request.contextSize, request.reserve);
  const speaker = request.names?.speaker ?? null;
  const options = { open: request.open && turns.length > 0, reply: !request.open, speaker };
  const notes = placeNotes(request, turns.length, options.open);
  const fixed = [...head, ...notes.map((note) => note.turn)];
  const alone = assemble(fixed, { ...options, open: false }, scale).tokens.length;
  const what = notes.length > 0 ? 'notes' : head.length > 0 ? 'head' : 'marks';
  const tooSmall = (turn: boolean) => {
    const { contextSize, reserve } = request;
    return failure('WINDOW_TOO_SMALL', { what, turn, need: alone, room: Math.max(0, budget), contextSize, reserve });
  };
  if (alone > budget) throw tooSmall(false);

  let body = bodyOf({ turns, notes, open: options.open, space: budget - alone, scale });
  const least = leastRoom(budget);
  if (!hasRoom(body, least)) throw tooSmall(true);
  let window = windowAt(request.cut, body) ?? WHOLE;
  let moved = false;
  const move = () => {
    const next = moveCut(body);
    if (next === null) throw tooSmall(true);
    moved = true;
    return next;
  };
  /** As many as fit beside all turns, the last ones leaving first. */
  const examplesBeside = (sent: readonly PromptTurn[]): PromptTurn[] => {
    let [kept, most] = [0, examples.length];
    for (let next = most; kept < most; next = Math.ceil((kept + most) / 2)) {
      const { tokens } = assemble([...head, ...examples.slice(0, next), ...sent], options, scale);
      if (tokens.length <= budget) kept = next;
      else most = next - 1;
    }
    return examples.slice(0, kept);
  };
  if (!mayFit(window, body)) window = move();
  const shown = isWhole(window) ? examplesBeside(sentOf(window, body)) : [];
  for (;;) {
    const led = moved ? head : [...head, ...shown];
    const whole = assemble([...led, ...sentOf(window, body)], options, scale);
    const excess = whole.tokens.length - budget;
    if (excess <= 0) {
      const { prompt, heldBack, text } = options.open
        ? holdBack(whole, tokenizer)
        : { prompt: whole, heldBack: [], text: '' };
      const cut = isWhole(window) ? null : { turnId: turns[window.from]?.id ?? '', offset: window.offset };
      const { segments, overhead } = accountOf(request, { head: led, body, window }, prompt);
      return {
        ledger: {
          segments,
          total: prompt.tokens.length,
          overhead,
          room: budget - alone,
          leastRoom: least,
          reserve: request.reserve,
          contextSize: request.contextSize,
          cut,
          heldBack: text,
          date: dateIn(request.format, led.length > 0),
        },
        tokens: prompt.tokens,
        heldBack,
        prompt: prompt.text,
        headTokens: Math.min(prompt.tokens.length, countHeadTokens(head, examples[0], whole, scale)),
      };
    }
    // What merges at the borders of turns made the prompt longer than its turns: take that much less.
    if (moved) body = shrunk(body, excess);
    window = move();
  }
}

const shrunk = (body: Body, by: number): Body => ({ ...body, space: body.space - by });

/**
 * The head's ids as far as they do not depend on what follows it, an example or a turn: in plain-text formats a token
 * may reach over its end.
 */
function countHeadTokens(
  head: readonly PromptTurn[],
  example: PromptTurn | undefined,
  prompt: Assembled,
  scale: Scale,
): number {
  const { owners } = prompt;
  const ids = new Set<string | null>(head.map((turn) => turn.id));
  const first = scale.tokenizer.bos === null ? 0 : 1;
  let count = first;
  // What a format begins with belongs to no turn, and neither does what opens the reply.
  if (scale.format.begins || scale.format.preface?.alone) while (owners[count] === null) count++;
  while (ids.has(owners[count] ?? null)) count++;
  if (count === first) return count;
  const followers = ROLES.flatMap((role) =>
    (standsUnmarked(role, head.at(-1), scale.format) ? BEGINNINGS : ['a']).map((text) => [follower(role, text)]),
  );
  for (const followed of [[], ...(example ? [[example]] : []), ...followers]) {
    const { tokens } = assemble([...head, ...followed], { open: false, reply: true }, scale);
    const differs = tokens.findIndex((token, index) => token !== prompt.tokens[index]);
    if (differs >= 0) count = Math.min(count, differs);
  }
  return count;
}

const standsUnmarked = (role: Role, last: PromptTurn | undefined, { before, sameRole }: PromptFormat): boolean =>
  before[role] === '' || (sameRole === 'join' && role === last?.role);

/** What follows without a mark may merge with the head's last token by how it begins. */
const BEGINNINGS = ['a', '\na', ' a', '.'];
const follower = (role: Role, text: string): PromptTurn => ({ id: '', role, speaker: null, text });
