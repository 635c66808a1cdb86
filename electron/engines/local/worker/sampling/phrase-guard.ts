import type { Vocabulary } from '../vocabulary.ts';
import type { Choice } from './choice.ts';
import { type BannedText, PhraseGuard, reachOf } from './phrases.ts';

/** A guard over what follows a prompt, whose end it knows; `owed`: what the text begins with, which stands too. */
export function phraseGuard(
  banned: readonly BannedText[],
  { history, owed }: { readonly history: readonly number[]; readonly owed: readonly number[] },
  vocabulary: Vocabulary,
): PhraseGuard<Choice> {
  const bytes = (token: number): Uint8Array => vocabulary.bytes(token);
  return new PhraseGuard(banned, bytes, {
    before: endOf(history, reachOf(banned), vocabulary),
    owed: new TextDecoder().decode(Buffer.concat(owed.map(bytes))),
  });
}

/** At least the last `reach` characters behind the last mark, if there are so many. */
function endOf(history: readonly number[], reach: number, vocabulary: Vocabulary): string {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // No character has more than four bytes.
  for (let place = history.length - 1; place >= 0 && length < 4 * reach; place--) {
    const token = history[place] ?? 0;
    if (vocabulary.piece(token).kind === 'control') break;
    pieces.unshift(vocabulary.bytes(token));
    length += pieces[0]?.length ?? 0;
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
