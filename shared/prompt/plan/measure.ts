import type { Role } from '../../document/turn.ts';
import { renderTurns } from './parts.ts';
import { tokenizeParts, tokenizeText, type TokenCache } from './tokens.ts';
import { borderAfter } from './trim.ts';
import { offsetOfLastBytes, utf8Length } from '../../text/utf8.ts';
import type { RoleWords } from './role-words.ts';
import type { PromptFormat, PromptTurn, Tokenizer } from '../types.ts';

/** Everything that measuring a turn needs. */
export interface Scale {
  readonly format: PromptFormat;
  readonly tokenizer: Tokenizer;
  readonly words: RoleWords;
  readonly cache: TokenCache;
}

/** A text is looked at from its end, in pieces that double, so that a long turn is never tokenised whole. */
const CHARACTERS_PER_TOKEN = 6;
const FIRST_LOOK = 1024;

/** Tokens of one turn rendered alone, or some number above `limit` if it has more. */
export function tokensOfTurn(turn: PromptTurn, open: boolean, limit: number, scale: Scale): number {
  let look = Math.max(FIRST_LOOK, Math.ceil(limit * CHARACTERS_PER_TOKEN));
  for (;;) {
    const text = look >= turn.text.length ? turn.text : turn.text.slice(-look);
    const count = renderedTokens({ ...turn, text }, open, scale);
    if (count > limit || text.length === turn.text.length) return count;
    look *= 2;
  }
}

/** Tokens of a role's markers alone. */
export const markerTokens = (role: Role, scale: Scale) =>
  renderedTokens({ id: '', role, speaker: null, text: '' }, false, scale);

/** Where to begin a text so that the turn takes at most `room` tokens: null if not even a character fits. */
export function trimHead(turn: PromptTurn, open: boolean, room: number, scale: Scale): number | null {
  let textRoom = room - renderedTokens({ ...turn, text: '' }, open, scale);
  while (textRoom > 0) {
    const offset = borderAfter(turn.text, offsetOfLastTokens(turn.text, textRoom, scale));
    if (offset >= turn.text.length) return null;
    const excess = renderedTokens({ ...turn, text: turn.text.slice(offset) }, open, scale) - room;
    if (excess <= 0) return offset;
    textRoom -= excess;
  }
  return null;
}

function offsetOfLastTokens(text: string, count: number, scale: Scale): number {
  let look = Math.max(FIRST_LOOK, count * CHARACTERS_PER_TOKEN);
  for (;;) {
    const tail = look >= text.length ? text : text.slice(-look);
    const composed = scale.tokenizer.normalise(tail.toWellFormed());
    const ids = tokenizeText(composed, true, scale.tokenizer, scale.cache);
    if (ids.length > count || tail.length === text.length) {
      if (ids.length <= count) return 0;
      const bytes = ids.slice(-count).reduce((sum, id) => sum + scale.tokenizer.bytes(id).length, 0);
      const apart = composed === tail ? 1 : utf8Length(tail) / utf8Length(composed);
      return text.length - tail.length + offsetOfLastBytes(tail, Math.floor(bytes * apart));
    }
    look *= 2;
  }
}

function renderedTokens(turn: PromptTurn, open: boolean, { format, tokenizer, words, cache }: Scale): number {
  const { parts } = renderTurns(format, [turn], { open, reply: false }, words);
  return tokenizeParts(parts, tokenizer, words, cache).tokens.length - (tokenizer.bos === null ? 0 : 1);
}
