import { tokensOfTurn, trimHead, type Scale } from './measure.ts';
import { wholeCharacter } from './trim.ts';
import type { Cut, PromptTurn } from './types.ts';

/** After an overflow about this share of the space is used, so that cuts are rare (W6). */
const USED_AFTER_CUT = 0.75;
/** A last user turn that stands before the cut keeps its place in front of it with at most this share (W8). */
const ANCHOR_SHARE = 0.25;
/** Fewer tokens than this are no use as the rest of a trimmed turn, unless it is the last one. */
const LEAST_REST = 16;
/** Turns measured alone and turns in a prompt differ by what merges at their borders: at most this much for each. */
const BORDER_SLACK = 3;

/** What follows the head, and the tokens that it may take. */
export interface Body {
  readonly turns: readonly PromptTurn[];
  readonly open: boolean;
  readonly space: number;
  /** What an anchor may take. */
  readonly anchorRoom: number;
}

export const bodyOf = (turns: readonly PromptTurn[], open: boolean, space: number): Body => ({ turns, open, space, anchorRoom: Math.floor(space * ANCHOR_SHARE) });

/** Turns `from` to the end, the first one from `offset` on; the anchor is the last user turn where that has left. */
export interface Window {
  readonly from: number;
  readonly offset: number;
  readonly anchor: { readonly turn: PromptTurn; readonly offset: number } | null;
}

export const WHOLE: Window = { from: 0, offset: 0, anchor: null };

/** The window that a stored cut means, or null if it is not on this path any more. */
export function windowAt(cut: Cut | null, body: Body, scale: Scale): Window | null {
  if (cut === null) return WHOLE;
  const from = body.turns.findIndex((turn) => turn.id === cut.turnId);
  const text = body.turns[from]?.text;
  if (text === undefined || (cut.offset > 0 && cut.offset >= text.length)) return null;
  return { from, offset: wholeCharacter(text, cut.offset), anchor: anchorBefore(from, body, scale) };
}

/** False if the window is surely too long. What is not sure is decided on the assembled prompt. */
export function mayFit(window: Window, body: Body, scale: Scale): boolean {
  const room = body.space + (body.turns.length - window.from + 1) * BORDER_SLACK;
  let used = window.anchor === null ? 0 : tokensOfTurn(textFrom(window.anchor.turn, window.anchor.offset), false, room, scale);
  for (let index = body.turns.length - 1; index >= window.from && used <= room; index--) {
    used += tokensAt(index, index === window.from ? window.offset : 0, room - used, body, scale);
  }
  return used <= room;
}

/** Moves the cut: newest first, whole turns, until about three quarters are used; what alone is longer is trimmed at its head. */
export function moveCut(body: Body, scale: Scale): Window | null {
  const target = Math.floor(body.space * USED_AFTER_CUT);
  const last = body.turns.length - 1;
  const user = anchorIndex(body, scale);
  const anchor = anchorBefore(last, body, scale);
  const kept = anchor === null ? 0 : tokensOfTurn(textFrom(anchor.turn, anchor.offset), false, body.space, scale);
  const lastTokens = tokensAt(last, 0, body.space - kept, body, scale);
  if (lastTokens > body.space - kept) return trimmed(last, target - kept, anchor, body, scale);

  let used = lastTokens;
  for (let index = last - 1; index >= 0; index--) {
    const reserved = index > user ? kept : 0;
    const tokens = tokensAt(index, 0, target, body, scale);
    if (used + tokens + reserved <= target) {
      used += tokens;
      continue;
    }
    const room = target - used - reserved;
    const rest = tokens > target && room >= LEAST_REST ? trimmed(index, room, anchorBefore(index, body, scale), body, scale) : null;
    return rest ?? { from: index + 1, offset: 0, anchor: anchorBefore(index + 1, body, scale) };
  }
  return WHOLE;
}

export const textFrom = (turn: PromptTurn, offset: number): PromptTurn => (offset === 0 ? turn : { ...turn, text: turn.text.slice(offset) });

export function turnsOf(window: Window, body: Body): PromptTurn[] {
  const recent = body.turns.slice(window.from).map((turn, index) => textFrom(turn, index === 0 ? window.offset : 0));
  return window.anchor === null ? recent : [textFrom(window.anchor.turn, window.anchor.offset), ...recent];
}

function trimmed(index: number, room: number, anchor: Window['anchor'], body: Body, scale: Scale): Window | null {
  const turn = body.turns[index];
  if (turn === undefined) return null;
  const offset = trimHead(turn, isOpen(index, body), room, scale);
  return offset === null ? null : { from: index, offset, anchor };
}

function tokensAt(index: number, offset: number, limit: number, body: Body, scale: Scale): number {
  const turn = body.turns[index];
  return turn === undefined ? 0 : tokensOfTurn(textFrom(turn, offset), isOpen(index, body), limit, scale);
}

const isOpen = (index: number, body: Body) => body.open && index === body.turns.length - 1;

function anchorIndex(body: Body, scale: Scale): number {
  return scale.format.kind === 'prose' ? -1 : body.turns.findLastIndex((turn) => turn.role === 'user');
}

function anchorBefore(from: number, body: Body, scale: Scale): Window['anchor'] {
  const index = anchorIndex(body, scale);
  const turn = body.turns[index];
  if (turn === undefined || index >= from) return null;
  if (tokensOfTurn(turn, false, body.anchorRoom, scale) <= body.anchorRoom) return { turn, offset: 0 };
  const offset = trimHead(turn, false, body.anchorRoom, scale);
  return offset === null ? null : { turn, offset };
}
