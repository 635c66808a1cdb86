import type { PromptFormat } from '../../../../../shared/prompt/types.ts';
import type { Sampling } from '../../../../../shared/settings/sampling.ts';
import { failure } from '../../../../../shared/faults/failure.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { BannedText } from './phrases.ts';
import { type Spared, sparedTokens } from './spared-tokens.ts';
import { TokenTexts } from './token-texts.ts';

/** What the settings say about single tokens and phrases, for one vocabulary. */
export interface TokenRules {
  readonly banned: ReadonlySet<number>;
  readonly bias: ReadonlyMap<number, number>;
  readonly phrases: readonly BannedText[];
  /** Tokens that no repeated sequence reaches across. */
  readonly breakers: ReadonlySet<number>;
  readonly spared: Spared;
}

/** `finals`: what ends the text. */
export function tokenRules(
  sampling: Sampling,
  { finals, format, vocabulary }: { finals: ReadonlySet<number>; format: PromptFormat; vocabulary: Vocabulary },
): TokenRules {
  /** A token by its number or, where it has no text of its own, by its name. */
  const named = (text: string): number | null => numbered(text, vocabulary) ?? vocabulary.special(text)?.id ?? null;
  const find = (text: string): readonly number[] => {
    const token = named(text);
    return token === null ? TokenTexts.of(vocabulary).find(text) : [token];
  };
  const banned = new Set(sampling.banEnd ? finals : []);
  const phrases: BannedText[] = sampling.bannedPhrases.map((text) => ({ text, isWord: false }));
  for (const text of sampling.bannedTokens) {
    if (named(text) === null) phrases.push({ text, isWord: true });
    for (const token of find(text)) banned.add(token);
  }
  const bias = new Map<number, number>();
  for (const entry of sampling.logitBias) {
    const tokens = find(entry.text);
    if (tokens.length === 0) {
      throw failure('NOT_A_TOKEN', { text: entry.text });
    }
    for (const token of tokens) bias.set(token, entry.bias);
  }
  const spared = sparedTokens(format, finals, vocabulary);
  const breakers = new Set(
    sampling.dryStrength > 0 ? [...TokenTexts.of(vocabulary).holding(sampling.dryBreakers), ...spared.marks] : [],
  );
  return { banned, bias, phrases, breakers, spared };
}

/** `#12` is token 12. */
function numbered(text: string, { size }: Vocabulary): number | null {
  const number = /^#(\d+)$/.exec(text)?.[1];
  return number !== undefined && Number(number) < size ? Number(number) : null;
}
