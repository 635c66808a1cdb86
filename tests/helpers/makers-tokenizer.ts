import { Tokenizer } from '@huggingface/tokenizers';
import type { MadeVocabulary } from './model-vocabulary.ts';

/** GPT-NeoX has a token for each run of so many spaces. */
const RUNS = Array.from({ length: 23 }, (_, index) => ' '.repeat(index + 2));

/**
 * The tokenizers that makers published, run by the library that they were made with: the tokenizer.json of GPT-NeoX,
 * LLaMA, Llama 3 or Qwen. `strips`: the marks are added tokens with `lstrip` and `rstrip`, as Metharme's are.
 */
export function makersTokenizer(
  { texts, entries }: MadeVocabulary,
  { marks, strips }: { readonly marks: readonly string[]; readonly strips: boolean },
): (text: string) => number[] {
  const entry = (key: string): unknown => entries.find(([name]) => name === `tokenizer.ggml.${key}`)?.[2];
  const vocab = Object.fromEntries(texts.map((text, id) => [text, id]));
  const added = (content: string, isMark: boolean) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: isMark && strips,
    rstrip: isMark && strips,
    normalized: !isMark,
    special: isMark,
  });
  const ofMarks = marks.map((mark) => added(mark, true));
  const parts = (): object => {
    if (entry('model') === 'llama') return llama(vocab, entry('scores') as readonly number[], texts);
    const merges = entry('merges') as readonly string[];
    return entry('pre') === 'olmo' ? neox(vocab, merges) : cutByPattern(vocab, merges, CUTS[String(entry('pre'))]);
  };
  const runs = entry('pre') === 'olmo' ? RUNS.filter((run) => run in vocab).map((run) => added(run, false)) : [];
  const made = { ...parts(), added_tokens: [...runs, ...ofMarks] };
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

/** How Qwen and Llama 3 cut a text into words; the one composes it before, the other takes whole words first. */
interface Cut {
  readonly pattern: string;
  readonly composes: boolean;
  readonly takesWhole: boolean;
}
const words = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const CUTS: Readonly<Record<string, Cut>> = {
  qwen2: { pattern: words('\\p{N}'), composes: true, takesWhole: false },
  'llama-bpe': { pattern: words('\\p{N}{1,3}'), composes: false, takesWhole: true },
};

const cutByPattern = (vocab: Vocab, merges: readonly string[], cut: Cut | undefined) => ({
  normalizer: cut?.composes === true ? { type: 'NFC' } : null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: cut?.pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: null,
  model: {
    ...BPE,
    unk_token: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: cut?.takesWhole,
    vocab,
    merges,
  },
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
