import { Tokenizer } from '@huggingface/tokenizers';
import type { MadeVocabulary } from './model-vocabulary.ts';

/** GPT-NeoX has a token for each run of so many spaces. */
const RUNS = Array.from({ length: 23 }, (_, index) => ' '.repeat(index + 2));

/**
 * The tokenizers that the makers of Metharme published, run by the library that they were made with: the tokenizer.json
 * of GPT-NeoX or of LLaMA, in which the marks are added tokens with `lstrip` and `rstrip`.
 */
export function makersTokenizer(
  { texts, entries }: MadeVocabulary,
  marks: readonly string[],
): (text: string) => number[] {
  const entry = (key: string): unknown => entries.find(([name]) => name === `tokenizer.ggml.${key}`)?.[2];
  const vocab = Object.fromEntries(texts.map((text, id) => [text, id]));
  const added = (content: string, isMark: boolean) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: isMark,
    rstrip: isMark,
    normalized: !isMark,
    special: isMark,
  });
  const ofMarks = marks.map((mark) => added(mark, true));
  const made =
    entry('model') === 'llama'
      ? { ...llama(vocab, entry('scores') as readonly number[], texts), added_tokens: ofMarks }
      : {
          ...neox(vocab, entry('merges') as readonly string[]),
          added_tokens: [...RUNS.filter((run) => run in vocab).map((run) => added(run, false)), ...ofMarks],
        };
  const tokenizer = new Tokenizer({ version: '1.0', truncation: null, padding: null, ...made }, {});
  const bos = entry('add_bos_token') === true ? [Number(entry('bos_token_id'))] : [];
  return (text) => [...bos, ...tokenizer.encode(text, { add_special_tokens: false }).ids];
}

type Vocab = Readonly<Record<string, number>>;
const BPE = { type: 'BPE', dropout: null, continuing_subword_prefix: null, end_of_word_suffix: null };

const neox = (vocab: Vocab, merges: readonly string[]) => ({
  normalizer: { type: 'NFC' },
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  post_processor: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  model: { ...BPE, unk_token: null, fuse_unk: false, byte_fallback: false, vocab, merges },
});

/** As transformers writes the tokenizer.json of a SentencePiece model. */
const llama = (vocab: Vocab, scores: readonly number[], texts: readonly string[]) => ({
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {
    ...BPE,
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: true,
    vocab,
    merges: mergesOf(vocab, scores, texts),
  },
});

/** Every way to make a piece of two others, the piece of the highest score first. */
function mergesOf(vocab: Vocab, scores: readonly number[], texts: readonly string[]): [string, string][] {
  const ways = texts.flatMap((text, id) => {
    const letters = [...text];
    return letters.slice(1).flatMap((_, at) => {
      const [one, other] = [letters.slice(0, at + 1).join(''), letters.slice(at + 1).join('')];
      return one in vocab && other in vocab ? [{ one, other, score: scores[id] ?? 0 }] : [];
    });
  });
  return ways
    .toSorted((a, b) => b.score - a.score || b.one.length - a.one.length || b.other.length - a.other.length)
    .map(({ one, other }) => [one, other]);
}
