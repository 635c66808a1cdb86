import type { Scale } from './measure.ts';
import { renderParts, type RenderOptions } from './parts.ts';
import { tokenizeParts } from './tokens.ts';
import type { PromptTurn } from '../types.ts';

/** A whole prompt, tokenised as it is sent. */
export interface Assembled {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly owners: readonly (string | null)[];
  readonly neutralised: ReadonlySet<string>;
}

export function assemble(
  turns: readonly PromptTurn[],
  options: RenderOptions,
  { format, tokenizer, words, cache }: Scale,
): Assembled {
  const { parts, neutralised } = renderParts(format, turns, options, words);
  const { tokens, owners, split } = tokenizeParts(parts, tokenizer, words, cache);
  return {
    text: parts.map((part) => part.text).join(''),
    tokens,
    owners,
    neutralised: new Set([...neutralised, ...split]),
  };
}
