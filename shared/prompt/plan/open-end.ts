import { offsetOfLastBytes } from '../../text/utf8.ts';
import type { Assembled } from './assemble.ts';
import { spell } from './spellings.ts';
import type { Tokenizer } from '../types.ts';

/** So many bytes before the end of a text a border is looked for; no word is longer. */
const FAR = 256;

/** A prompt that is gone on with, without its last tokens, and these: what the reply begins with (F10). */
export interface OpenEnd {
  readonly prompt: Assembled;
  readonly heldBack: readonly number[];
  /** What of it somebody wrote. */
  readonly text: string;
}

export function holdBack(prompt: Assembled, tokenizer: Tokenizer): OpenEnd {
  const { tokens, owners, openText } = prompt;
  const border = openText === '' ? tokens.length : lastBorder(prompt, tokenizer);
  const heldBack = tokens.slice(border);
  const bytes = heldBack.reduce((sum, token) => sum + tokenizer.bytes(token).length, 0);
  return {
    prompt: { ...prompt, tokens: tokens.slice(0, border), owners: owners.slice(0, border) },
    heldBack,
    text: openText.slice(offsetOfLastBytes(openText, bytes)),
  };
}

/** The last place between tokens that no token reaches over, whatever is written next. One token is always sent. */
function lastBorder({ tokens, lastRun }: Assembled, tokenizer: Tokenizer): number {
  let from = tokens.length;
  let text = '';
  while (from > Math.max(1, lastRun) && text.length < FAR) text = spell(tokenizer.bytes(tokens[--from] ?? 0)) + text;
  let [border, at, reached] = [from, 0, 0];
  for (let index = from; index < tokens.length; index++) {
    if (reached <= at) border = index;
    for (const end = at + tokenizer.bytes(tokens[index] ?? 0).length; at < end; at++)
      reached = Math.max(reached, tokenizer.reach(text, at));
  }
  return reached <= at ? tokens.length : border;
}
