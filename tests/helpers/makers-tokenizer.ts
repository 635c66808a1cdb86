import type { MadeVocabulary } from './model-vocabulary.ts';

/**
 * The tokenizers that the makers of Metharme published, by their definition and with nothing of ours or of llama.cpp:
 * marks that were added with `lstrip` and `rstrip`, and around them GPT-NeoX's (NFC, runs of 2 to 24 spaces, GPT-2's
 * words, merges of byte pairs) or LLaMA's (a space in front, merges by score, bytes for what is missing).
 */
export function makersTokenizer(
  { texts, entries }: MadeVocabulary,
  marks: readonly string[],
): (text: string) => number[] {
  const entry = (key: string): unknown => entries.find(([name]) => name === `tokenizer.ggml.${key}`)?.[2];
  const ids = new Map(texts.map((text, id) => [text, id]));
  const idOf = (text: string): number => {
    const id = ids.get(text);
    if (id === undefined) throw new RangeError(`no token ${JSON.stringify(text)}`);
    return id;
  };
  const plain =
    entry('model') === 'llama'
      ? byScore(entry('scores') as readonly number[], ids, idOf)
      : byPairs(entry('merges') as readonly string[], idOf);
  const bos = entry('add_bos_token') === true ? [Number(entry('bos_token_id'))] : [];
  const mark = new RegExp(
    `\\p{White_Space}*(${marks.map((one) => one.replaceAll('|', '\\|')).join('|')})\\p{White_Space}*`,
    'u',
  );
  return (text) => [
    ...bos,
    ...text.split(mark).flatMap((piece, index) => (index % 2 === 1 ? [idOf(piece)] : piece === '' ? [] : plain(piece))),
  ];
}

const WORD =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function byPairs(merges: readonly string[], idOf: (text: string) => number): (text: string) => number[] {
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
  const merged = (word: string): number[] =>
    merge(
      Array.from(Buffer.from(word), (byte) => PRINTED[byte] ?? ''),
      (one, other) => -(ranks.get(`${one} ${other}`) ?? Infinity),
    ).map(idOf);
  return (text) =>
    text
      .normalize('NFC')
      .split(/( {2,24})/)
      .flatMap((piece, index) => (index % 2 === 1 ? [idOf(piece)] : (piece.match(WORD) ?? []).flatMap(merged)));
}

function byScore(
  scores: readonly number[],
  ids: ReadonlyMap<string, number>,
  idOf: (text: string) => number,
): (text: string) => number[] {
  const score = (one: string, other: string): number => scores[ids.get(one + other) ?? -1] ?? -Infinity;
  const bytes = (piece: string): number[] =>
    Array.from(Buffer.from(piece), (byte) => idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`));
  return (text) =>
    merge([...`▁${text.replaceAll(' ', '▁')}`], score).flatMap((piece) => ids.get(piece) ?? bytes(piece));
}

/** Of all neighbours the pair that is worth most becomes one, the first of equals, until none is worth anything. */
function merge(pieces: string[], worth: (one: string, other: string) => number): string[] {
  for (;;) {
    let [best, at] = [-Infinity, -1];
    for (let index = 0; index + 1 < pieces.length; index++) {
      const value = worth(pieces[index] ?? '', pieces[index + 1] ?? '');
      if (value > best) [best, at] = [value, index];
    }
    if (at < 0) return pieces;
    pieces.splice(at, 2, `${pieces[at] ?? ''}${pieces[at + 1] ?? ''}`);
  }
}

/** Byte-level vocabularies write every byte as a printable character. */
const PRINTED: readonly string[] = (() => {
  let free = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode((byte > 32 && byte < 127) || (byte > 160 && byte !== 173) ? byte : free++),
  );
})();
