import type { TreeTurn, TurnTree } from '../../../shared/document/turn.ts';
import { spokenTurns } from '../../../shared/prompt/plan/reasoning.ts';
import type { Cut, Ledger, Segment, PlanRequest, PromptFormat, PromptTurn } from '../../../shared/prompt/types.ts';
import type { Sampling } from '../../../shared/settings/sampling.ts';
import type { Beside } from './beside.ts';
import type { Target } from './reply-target.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import { lastCut } from '../../storage/repositories/generation-records.ts';
import { turnText } from '../../storage/repositories/turns.ts';
import { failure } from '../../../shared/faults/failure.ts';

/**
 * More text than this per token of context cannot be in a prompt, thoughts aside, which never are; what is older is not
 * sent to the planner.
 */
const CHARACTERS_PER_TOKEN = 12;

export interface Window {
  readonly format: PromptFormat;
  readonly contextSize: number;
  readonly reserve: number;
}

/** Tokens kept free for a reply, its thinking included: at most half of the context. */
export function reserveFor(
  { format, contextSize }: Pick<Window, 'format' | 'contextSize'>,
  { maxTokens, thinkingTokens }: Sampling,
): number {
  return Math.min(maxTokens + (format.reasoning === undefined ? 0 : thinkingTokens), Math.floor(contextSize / 2));
}

/** The turns from the chapter's start to `turnId`, whichever branch it is on. */
export function branchTo(
  db: ReadableDB,
  tree: TurnTree,
  turnId: string | null,
): { turns: PromptTurn[]; versions: Map<string, number> } {
  const turns: PromptTurn[] = [];
  const versions = new Map<string, number>();
  let id = turnId;
  while (id !== null) {
    const turn: TreeTurn | undefined = tree.turns.get(id);
    if (!turn || turn.tombstone) throw failure('NO_TURN', { turnId: id });
    turns.push({ id, role: turn.role, speaker: turn.speaker, text: turn.text ?? turnText(db, id) });
    versions.set(id, turn.version);
    id = turn.parentId;
  }
  return { turns: turns.reverse(), versions };
}

/**
 * The request for the planner: the head, and of the rest the newest turns that can matter, with the words of the person
 * that they answer, and what stands beside them. `cut`: where the window begins, if not where it did last.
 */
export function promptRequest(
  db: ReadableDB,
  chapterId: string,
  target: Target,
  window: Window,
  { head: texts, notes, names }: Pick<Beside, 'head' | 'notes' | 'names'>,
  cut?: Cut | null,
): PlanRequest {
  const { turns } = target;
  const headEnd = turns.findIndex((turn) => turn.role !== 'system');
  const head = turns.slice(0, headEnd < 0 ? turns.length : headEnd);
  let from = turns.length;
  for (let room = window.contextSize * CHARACTERS_PER_TOKEN; from > head.length && room > 0; from -= 1)
    room -= spokenTurns(turns.slice(from - 1, from), window.format, false)[0]?.text.length ?? 0;
  const recent = turns.slice(from);
  const asked = recent.some((turn) => turn.role === 'user')
    ? undefined
    : turns.slice(head.length, from).findLast((turn) => turn.role === 'user');
  const sent = [...head, ...(asked ? [asked] : []), ...recent];
  const begins =
    cut === undefined ? lastCut(db, chapterId, new Set(turns.map((turn) => turn.id)), window.contextSize) : cut;
  return {
    ...window,
    turns: names === null ? sent : sent.map((turn) => named(turn, names.of(turn))),
    ...(texts.length === 0 ? {} : { head: texts }),
    ...(notes.length === 0 ? {} : { notes }),
    ...(names === null ? {} : { names: { speaker: names.speaker, others: names.others } }),
    open: target.open,
    cut: begins && sent.some((turn) => turn.id === begins.turnId) ? begins : null,
  };
}

const named = (turn: PromptTurn, name: string | null): PromptTurn => (name === null ? turn : { ...turn, name });

/**
 * The ledger over all turns: those that were not sent to the planner stand where they belong, outside, with their
 * counts where known.
 */
export function wholeLedger(
  ledger: Ledger,
  target: Target,
  countOf: (turn: PromptTurn, version: number) => number | null,
): Ledger {
  const planned = new Map(
    ledger.segments.map(({ source }, index) => [source.kind === 'turn' ? source.id : null, index]),
  );
  const segments: Segment[] = [];
  let next = 0;
  const isOfHead = ({ source, reason }: Segment): boolean =>
    source.kind === 'note' && (reason === 'head' || reason === 'example');
  /** What belongs to the head stands before all that is out. */
  const addHead = (): void => {
    for (let text = ledger.segments[next]; text && isOfHead(text); text = ledger.segments[next]) {
      segments.push(text);
      next += 1;
    }
  };
  addHead();
  for (const turn of target.turns) {
    const count = (): number | null => countOf(turn, target.versions.get(turn.id) ?? 0);
    const index = planned.get(turn.id);
    if (index === undefined)
      segments.push({
        source: { kind: 'turn', id: turn.id },
        role: turn.role,
        placement: 'out',
        tokens: count(),
        at: null,
        reason: 'older',
        changes: [],
      });
    else {
      segments.push(
        ...ledger.segments
          .slice(next, index + 1)
          .map((segment) =>
            segment.placement === 'out' && segment.tokens === null ? { ...segment, tokens: count() } : segment,
          ),
      );
      next = index + 1;
      addHead();
    }
  }
  return { ...ledger, segments: [...segments, ...ledger.segments.slice(next)] };
}
