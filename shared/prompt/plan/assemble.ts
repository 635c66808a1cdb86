import type { Scale } from './measure.ts';
import { renderParts, type RenderOptions, type TextChanges } from './parts.ts';
import { tokenizeParts } from './tokens.ts';
import type { PromptTurn } from '../types.ts';

/** A whole prompt, tokenised as it is sent. */
export interface Assembled {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly owners: readonly (string | null)[];
  /** Where the plain text at its end begins, as a place in `tokens`. */
  readonly lastRun: number;
  /** What somebody wrote at its very end; empty where a mark stands there. */
  readonly openText: string;
  readonly changes: TextChanges;
}

export function assemble(
  turns: readonly PromptTurn[],
  options: RenderOptions,
  { format, tokenizer, words, cache }: Scale,
): Assembled {
  const { parts, changes } = renderParts(format, turns, options, words);
  const { tokens, owners, split, lastRun } = tokenizeParts(parts, tokenizer, words, cache);
  const last = parts.at(-1);
  return {
    text: parts.map((part) => part.text).join(''),
    tokens,
    owners,
    lastRun,
    openText: last?.kind === 'text' ? last.text.toWellFormed() : '',
    changes: new Map([
      ...changes,
      ...[...split].map((id) => [id, new Set(changes.get(id)).add('neutralised')] as const),
    ]),
  };
}
