import type { Tokenizer } from '../../shared/prompt/types.ts';

export interface TestVocabulary {
  readonly kind?: 'bpe' | 'spm';
  readonly bos?: boolean;
  readonly control?: readonly string[];
  readonly userDefined?: readonly string[];
}

const BOS = 1;

/** A tokenizer of words, runs of marks and runs of spaces, which merge over the borders of turns as real ones do. Counts the characters that it was given. */
export function wordTokenizer({ kind = 'bpe', bos = false, control = [], userDefined = [] }: TestVocabulary = {}) {
  const texts: string[] = ['', '<s>'];
  const ids = new Map<string, number>();
  const idOf = (text: string) => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const encoder = new TextEncoder();
  const state = { characters: 0 };
  const tokenizer: Tokenizer = {
    kind, userDefined,
    bos: bos ? BOS : null,
    tokenize(text, leadingSpace = true) {
      state.characters += text.length;
      return splitOn(text, userDefined).flatMap((piece, index) => {
        if (userDefined.includes(piece)) return [idOf(`\0${piece}`)];
        const spaced = kind === 'spm' && (index > 0 || leadingSpace) ? ` ${piece}` : piece;
        return (spaced.match(/ ?[\p{L}\p{N}]+|\s+|(?: ?[^\p{L}\p{N}\s]+)/gu) ?? []).map(idOf);
      });
    },
    special: (text) => (control.includes(text) ? { id: idOf(`\0${text}`), kind: 'control' } : userDefined.includes(text) ? { id: idOf(`\0${text}`), kind: 'user-defined' } : null),
    bytes: (token) => encoder.encode((texts[token] ?? '').replace(/^\0/, '')),
  };
  const textOf = (tokens: readonly number[]) => tokens.map((token) => texts[token] ?? '').join('').replaceAll('\0', '');
  return { tokenizer, state, textOf };
}

function splitOn(text: string, words: readonly string[]): string[] {
  let pieces = [text];
  for (const word of words) pieces = pieces.flatMap((piece) => (words.includes(piece) ? [piece] : piece.split(word).flatMap((part, index) => (index > 0 ? [word, part] : [part]))));
  return pieces.filter((piece) => piece !== '');
}
