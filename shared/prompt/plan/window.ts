import { ROLES } from '../../document/turn.ts';
import { markerTokens, tokensOfTurn, trimHead, type Scale } from './measure.ts';
import { wholeCharacter } from '../../text/utf8.ts';
import type { PlacedNote } from './notes.ts';
import type { Cut, PromptTurn } from '../types.ts';

/** After an overflow about this share of the space is used, so that cuts are rare (W6). */
const USED_AFTER_CUT = 0.75;
/**
 * A person's turn counts as at least this share, so that the next cut is known, and read ahead, before it is written
 * (W6).
 */
export const NEXT_TURN_SHARE = 1 / 16;
/** An anchor takes at most this share, in a small window at most so many tokens (W8). */
const ANCHOR_SHARE = 0.25;
const ANCHOR_LEAST = 48;
/** The last turns have at least so much room, in a small window this share of it, or all that they need (W16). */
const LEAST_ROOM = 64;
const LEAST_SHARE = 1 / 8;
/** Fewer tokens than this are no use as the rest of a trimmed turn, unless it must stay. */
const LEAST_REST = 16;
/** Turns measured alone and turns in a prompt differ by what merges at their borders: at most this much for each. */
const BORDER_SLACK = 3;

/** What follows the head, and the tokens that it may take. */
export interface Body {
  readonly turns: readonly PromptTurn[];
  readonly notes: readonly PlacedNote[];
  readonly open: boolean;
  readonly space: number;
  /** The last user turn, which never leaves; -1 in prose. */
  readonly user: number;
  readonly anchorRoom: number;
  readonly scale: Scale;
}

/**
 * Turns `from` to the end, the first one from `offset` on. The anchor is the user turn that a window beginning inside
 * its answer keeps.
 */
export interface Window {
  readonly from: number;
  readonly offset: number;
  readonly anchor: { readonly turn: PromptTurn; readonly offset: number; readonly tokens: number } | null;
}

export const WHOLE: Window = { from: 0, offset: 0, anchor: null };

/** Nothing is cut away, whether or not a cut was asked for. */
export const isWhole = ({ from, offset }: Window): boolean => from === 0 && offset === 0;

export function bodyOf({
  turns,
  notes,
  open,
  space,
  scale,
}: Pick<Body, 'turns' | 'notes' | 'open' | 'space' | 'scale'>): Body {
  const user = scale.format.kind === 'prose' ? -1 : turns.findLastIndex((turn) => turn.role === 'user');
  return {
    turns,
    notes,
    open,
    space,
    user,
    anchorRoom: Math.max(Math.min(space, ANCHOR_LEAST), Math.floor(space * ANCHOR_SHARE)),
    scale,
  };
}

export const leastRoom = (budget: number): number => Math.min(LEAST_ROOM, Math.floor(budget * LEAST_SHARE));

/** Whether what is left is enough for the last user turn, and for the turn that is continued (W16). */
export function hasRoom(body: Body, least: number): boolean {
  const last = body.turns.length - 1;
  const needed = [...new Set([body.user, last])]
    .filter((index) => index >= 0)
    .reduce((sum, index) => sum + Math.min(least, tokensAt(index, 0, least, body)), 0);
  return needed <= body.space;
}

/** The window that a stored cut means, or null if it has no meaning on this path. */
export function windowAt(cut: Cut | null, body: Body): Window | null {
  if (cut === null) return WHOLE;
  const from = body.turns.findIndex((turn) => turn.id === cut.turnId);
  const text = body.turns[from]?.text;
  if (text === undefined) return null;
  const offset = wholeCharacter(text, cut.offset);
  return offset > 0 && offset >= text.length ? null : windowFrom(from, offset, body);
}

/** False if the window is surely too long. What is not sure is decided on the assembled prompt. */
export function mayFit(window: Window, body: Body): boolean {
  const room =
    body.space + (body.turns.length - window.from + body.notes.length + 1) * (BORDER_SLACK + joinSlack(body.scale));
  let used = window.anchor?.tokens ?? 0;
  for (let index = body.turns.length - 1; index >= window.from && used <= room; index--) {
    used += tokensAt(index, index === window.from ? window.offset : 0, room - used, body);
  }
  return used <= room;
}

/** What a turn may cost less than alone, because it shares its markers with another. */
function joinSlack(scale: Scale): number {
  const { system, sameRole } = scale.format;
  return system !== 'own' || sameRole === 'join' ? Math.max(...ROLES.map((role) => markerTokens(role, scale))) : 0;
}

/**
 * Moves the cut: newest first, whole turns, until about three quarters are used; what alone is longer is trimmed at its
 * head. Null: not even the last turn fits.
 */
export function moveCut(body: Body): Window | null {
  const target = Math.floor(body.space * USED_AFTER_CUT);
  const last = body.turns.length - 1;
  const kept = last > body.user ? (anchorOf(last, body)?.tokens ?? 0) : 0;
  let used = tokensAt(last, 0, body.space - kept, body);
  if (used > body.space - kept)
    return trimmed(last, Math.max(target, kept + Math.floor((body.space - kept) * USED_AFTER_CUT)), body);

  if (last === body.user) used = Math.max(used, Math.floor(body.space * NEXT_TURN_SHARE));
  let best = windowFrom(last, 0, body);
  for (let index = last - 1; index >= 0; index--) {
    const tokens = tokensAt(index, 0, target, body);
    if (used + tokens > target) {
      const least = index === body.user && best === null ? Math.min(body.anchorRoom, body.space - used) : 0;
      const room = Math.max(least, tokens > target ? target - used : 0);
      return (room >= LEAST_REST || least > 0 ? trimmed(index, room, body) : null) ?? best;
    }
    used += tokens;
    const window = windowFrom(index, 0, body);
    if (window !== null && used + (window.anchor?.tokens ?? 0) <= target) best = window;
  }
  return best;
}

/** What follows the head in the prompt: the window's turns with the notes between them. */
export function sentOf({ anchor, from, offset }: Window, { turns, notes }: Body): PromptTurn[] {
  const kept = turns.map((turn, index) => ({ index, turn: textFrom(turn, index === from ? offset : 0) })).slice(from);
  if (anchor !== null) kept.unshift({ index: turns.indexOf(anchor.turn), turn: textFrom(anchor.turn, anchor.offset) });
  const waiting = [...notes];
  const sent = kept.flatMap(({ index, turn }) => [
    ...waiting.splice(0, waiting.findLastIndex((note) => note.before <= index) + 1).map((note) => note.turn),
    turn,
  ]);
  return [...sent, ...waiting.map((note) => note.turn)];
}

/**
 * Whether a window needs an anchor depends only on what stands before its cut and at it, so that a growing story keeps
 * its prefix.
 */
function windowFrom(from: number, offset: number, body: Body): Window | null {
  const role = body.turns[from]?.role;
  const inAnswer = offset > 0 ? role !== 'user' : role === 'model' && body.turns[from - 1]?.role === 'model';
  const anchor = inAnswer || from > body.user + 1 ? anchorOf(from, body) : null;
  return from > body.user && anchor === null && body.user >= 0 ? null : { from, offset, anchor };
}

function anchorOf(from: number, body: Body): Window['anchor'] {
  const turn = body.user < 0 ? undefined : body.turns.slice(0, from).findLast((candidate) => candidate.role === 'user');
  if (turn === undefined) return null;
  const whole = tokensOfTurn(turn, false, body.anchorRoom, body.scale);
  if (whole <= body.anchorRoom) return { turn, offset: 0, tokens: whole };
  const offset = trimHead(turn, false, body.anchorRoom, body.scale);
  return offset === null
    ? null
    : { turn, offset, tokens: tokensOfTurn(textFrom(turn, offset), false, body.anchorRoom, body.scale) };
}

/** The window that begins inside a turn, which takes what its anchor leaves of the room. */
function trimmed(index: number, room: number, body: Body): Window | null {
  const turn = body.turns[index];
  if (turn === undefined) return null;
  const anchor = windowFrom(index, 1, body)?.anchor?.tokens ?? 0;
  const offset = trimHead(turn, isOpen(index, body), room - anchor, body.scale);
  return offset === null ? null : windowFrom(index, offset, body);
}

const textFrom = (turn: PromptTurn, offset: number): PromptTurn =>
  offset === 0 ? turn : { ...turn, text: turn.text.slice(offset) };

function tokensAt(index: number, offset: number, limit: number, body: Body): number {
  const turn = body.turns[index];
  return turn === undefined ? 0 : tokensOfTurn(textFrom(turn, offset), isOpen(index, body), limit, body.scale);
}

const isOpen = (index: number, body: Body) => body.open && index === body.turns.length - 1;
