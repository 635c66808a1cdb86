import type { Sampling } from '../../../../../shared/settings/sampling.ts';
import { failure } from '../../../../../shared/faults/failure.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { TokenTexts } from './token-texts.ts';

/** What the settings say about single tokens and phrases, for one vocabulary. */
export interface TokenRules {
  readonly banned: ReadonlySet<number>;
  readonly bias: ReadonlyMap<number, number>;
  readonly phrases: readonly string[];
  /** Tokens that no repeated sequence reaches across. */
  readonly breakers: ReadonlySet<number>;
}

export function tokenRules(sampling: Sampling, vocabulary: Vocabulary, finals: ReadonlySet<number>): TokenRules {
  const find = (text: string): readonly number[] => TokenTexts.of(vocabulary).find(text);
  const banned = new Set(sampling.banEnd ? finals : []);
  const phrases = [...sampling.bannedPhrases];
  for (const text of sampling.bannedTokens) {
    const tokens = find(text);
    if (tokens.length === 0) phrases.push(text);
    for (const token of tokens) banned.add(token);
  }
  const bias = new Map<number, number>();
  for (const entry of sampling.logitBias) {
    const tokens = find(entry.text);
    if (tokens.length === 0) {
      throw failure('NOT_A_TOKEN', { text: entry.text });
    }
    for (const token of tokens) bias.set(token, entry.bias);
  }
  const breakers =
    sampling.dryStrength > 0 ? TokenTexts.of(vocabulary).holding(sampling.dryBreakers) : new Set<number>();
  return { banned, bias, phrases, breakers };
}
