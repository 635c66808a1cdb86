import { utf8, utf8Length } from '../../text/utf8.ts';
import { atBrackets, type RoleWords } from './role-words.ts';
import type { Part, Tokenizer } from '../types.ts';

/**
 * Texts that were tokenised before, owned by the caller (one for each vocabulary). The oldest entries leave when it is
 * full.
 */
export type TokenCache = Map<string, readonly number[]>;
const CACHE_ENTRIES = 1024;
const CACHE_TEXT = 32_768;

export interface Tokenized {
  readonly tokens: number[];
  /** For each token the turn that holds its first byte; null for what belongs to none. */
  readonly owners: (string | null)[];
  /** Turns in which a user-defined role token was split. */
  readonly split: ReadonlySet<string>;
  /** Where the plain text at the end begins: what stands before is tokenised by itself. */
  readonly lastRun: number;
}

/** Neighbouring plain text, tokenised as one. */
interface Run {
  text: string;
  leadingSpace: boolean;
  readonly spans: { readonly bytes: number; readonly owner: string | null }[];
}

/** Parts to ids, BOS first where the vocabulary asks for it (F2, F3; docs/protocol.md, "Text to tokens"). */
export function tokenizeParts(
  parts: readonly Part[],
  tokenizer: Tokenizer,
  words: RoleWords,
  cache: TokenCache,
): Tokenized {
  const tokens: number[] = [];
  const owners: (string | null)[] = [];
  const split = new Set<string>();
  let run: Run = { text: '', leadingSpace: true, spans: [] };

  const push = (id: number, owner: string | null) => {
    tokens.push(id);
    owners.push(owner);
  };
  const flush = (leadingSpace: boolean) => {
    pushRun(run, tokenizer, cache, push);
    run = { text: '', leadingSpace, spans: [] };
  };
  const plain = (text: string, owner: string | null) => {
    const wellFormed = text.toWellFormed();
    run.text += wellFormed;
    run.spans.push({ bytes: utf8Length(wellFormed), owner });
  };

  if (tokenizer.bos !== null) push(tokenizer.bos, null);
  for (const part of parts) {
    if (part.kind === 'marker') {
      for (const piece of markerPieces(part.text, tokenizer)) {
        if (piece.id === null) plain(piece.text, part.turnId);
        else if (tokens.length !== 1 || run.text !== '' || piece.id !== tokenizer.bos) {
          flush(true);
          push(piece.id, part.turnId);
        }
      }
    } else {
      const pieces = splitAfterFirst(part.text, words.split);
      pieces.forEach((text, index) => {
        if (index > 0) flush(false);
        plain(text, part.turnId);
      });
      if (pieces.length > 1 && part.turnId !== null) split.add(part.turnId);
    }
  }
  const lastRun = tokens.length;
  flush(true);
  return { tokens, owners, split, lastRun };
}

function pushRun(run: Run, tokenizer: Tokenizer, cache: TokenCache, push: (id: number, owner: string | null) => void) {
  if (run.text === '') return;
  const ids = tokenizeText(run.text, run.leadingSpace, tokenizer, cache);
  const single = run.spans.every((span) => span.owner === run.spans[0]?.owner);
  if (single) {
    for (const id of ids) push(id, run.spans[0]?.owner ?? null);
    return;
  }
  const text = utf8(run.text);
  const bytes = ids.map((id) => tokenizer.bytes(id));
  let inserted = bytes.reduce((sum, token) => sum + token.length, 0) - text.length;
  let at = 0;
  let span = 0;
  let end = run.spans[0]?.bytes ?? 0;
  ids.forEach((id, index) => {
    while (at >= end && span < run.spans.length - 1) end += run.spans[++span]?.bytes ?? 0;
    push(id, run.spans[span]?.owner ?? null);
    const token = bytes[index];
    // SentencePiece puts spaces of its own in front of a text and behind special tokens: they are no part of the text.
    const ownSpace = inserted > 0 && token?.[0] === SPACE && (at === 0 || text[at] !== SPACE) ? 1 : 0;
    inserted -= ownSpace;
    at += (token?.length ?? 0) - ownSpace;
  });
}

const SPACE = 0x20;

/** Plain text to ids, remembered. */
export function tokenizeText(
  text: string,
  leadingSpace: boolean,
  tokenizer: Tokenizer,
  cache: TokenCache,
): readonly number[] {
  if (text.length > CACHE_TEXT) return tokenizer.tokenize(text, leadingSpace);
  const key = (leadingSpace ? ' ' : '_') + text;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const ids = tokenizer.tokenize(text, leadingSpace);
  if (cache.size >= CACHE_ENTRIES)
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  cache.set(key, ids);
  return ids;
}

/** A marker, cut into what the vocabulary holds as one token and the plain text between. */
export function markerPieces(
  text: string,
  tokenizer: Tokenizer,
): { readonly text: string; readonly id: number | null }[] {
  const whole = tokenizer.special(text);
  if (whole !== null) return [{ text, id: whole.id }];
  return atBrackets(text).map((piece) => ({ text: piece, id: tokenizer.special(piece)?.id ?? null }));
}

function splitAfterFirst(text: string, first: RegExp | null): string[] {
  if (first === null) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(first)) {
    const to = match.index + match[0].length;
    pieces.push(text.slice(from, to));
    from = to;
  }
  pieces.push(text.slice(from));
  return pieces;
}
