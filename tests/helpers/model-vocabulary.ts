import type { Entry } from './gguf-writer.ts';

export interface MadeVocabulary {
  readonly texts: readonly string[];
  readonly entries: readonly Entry[];
  /** Ids of a text in which marks are written out: the marks' own tokens, else bytes or characters, one by one. */
  encode(text: string): number[];
}
export type Marks = 'control' | 'user-defined' | 'absent';

const NORMAL = 1,
  UNKNOWN = 2,
  CONTROL = 3,
  USER_DEFINED = 4,
  BYTE = 6;
export const ROLE_MARKS = ['<|system|>', '<|user|>', '<|model|>'];
const END = '<|endoftext|>';

/** Byte-level BPE with `size` tokens: bytes, then merged pieces of lower-case letters, then marks. */
export function bytePairs(size: number, marks: Marks, extra: readonly string[] = []): MadeVocabulary {
  const special = [END, ...(marks === 'absent' ? [] : [...ROLE_MARKS, ...extra])];
  const texts = Array.from({ length: 256 }, (_, byte) => byteCharacter(byte));
  const merges: string[] = [];
  const known = new Set(texts);
  for (const [left, right] of pieces()) {
    if (texts.length >= size - special.length) break;
    const [a, b] = [left.replace(' ', byteCharacter(32)), right.replace(' ', byteCharacter(32))];
    if (known.has(a + b)) continue;
    known.add(a + b);
    texts.push(a + b);
    merges.push(`${a} ${b}`);
  }
  const types = [
    ...texts.map(() => NORMAL),
    CONTROL,
    ...special.slice(1).map(() => (marks === 'control' ? CONTROL : USER_DEFINED)),
  ];
  texts.push(...special);
  const ids = new Map(texts.map((text, id) => [text, id]));
  const end = ids.get(END) ?? 0;
  return {
    texts,
    entries: [
      ['tokenizer.ggml.model', 'string', 'gpt2'],
      ['tokenizer.ggml.pre', 'string', 'olmo'],
      ['tokenizer.ggml.tokens', 'strings', texts],
      ['tokenizer.ggml.token_type', 'i32s', types],
      ['tokenizer.ggml.merges', 'strings', merges],
      ['tokenizer.ggml.bos_token_id', 'u32', end],
      ['tokenizer.ggml.eos_token_id', 'u32', end],
      ['tokenizer.ggml.add_bos_token', 'bool', false],
    ],
    encode: (text) =>
      splitAtMarks(text, special).flatMap((part) =>
        special.includes(part) ? (ids.get(part) ?? []) : [...Buffer.from(part)],
      ),
  };
}

/** SentencePiece: unknown, begin, end, bytes, then letters, signs and short pieces of letters, then marks. */
export function sentencePieces(size: number, marks: Marks): MadeVocabulary {
  const special = ['<s>', '</s>', ...(marks === 'absent' ? [] : ROLE_MARKS)];
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = ['\u2581', ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?:'];
  const texts = ['<unk>', '<s>', '</s>', ...bytes, ...letters];
  const types = [UNKNOWN, CONTROL, CONTROL, ...bytes.map(() => BYTE), ...letters.map(() => NORMAL)];
  for (const [left, right] of pieces()) {
    if (texts.length >= size - special.length + 2) break;
    texts.push((left + right).replace(' ', '\u2581'));
    types.push(NORMAL);
  }
  for (const mark of special.slice(2)) {
    texts.push(mark);
    types.push(marks === 'control' ? CONTROL : USER_DEFINED);
  }
  const ids = new Map(texts.map((text, id) => [text, id]));
  const character = (char: string): number | number[] =>
    ids.get(char === ' ' ? '\u2581' : char) ?? [...Buffer.from(char)].map((byte) => 3 + byte);
  return {
    texts,
    entries: [
      ['tokenizer.ggml.model', 'string', 'llama'],
      ['tokenizer.ggml.pre', 'string', 'default'],
      ['tokenizer.ggml.tokens', 'strings', texts],
      ['tokenizer.ggml.token_type', 'i32s', types],
      ['tokenizer.ggml.scores', 'f32s', texts.map((_, id) => -id)],
      ['tokenizer.ggml.bos_token_id', 'u32', 1],
      ['tokenizer.ggml.eos_token_id', 'u32', 2],
      ['tokenizer.ggml.unknown_token_id', 'u32', 0],
      ['tokenizer.ggml.add_bos_token', 'bool', true],
    ],
    encode: (text) =>
      splitAtMarks(text, special).flatMap((part) =>
        special.includes(part) ? (ids.get(part) ?? []) : [...part].flatMap(character),
      ),
  };
}

function splitAtMarks(text: string, marks: readonly string[]): string[] {
  const parts = text.split(new RegExp(`(${marks.map((mark) => mark.replaceAll('|', '\\|')).join('|')})`));
  return parts.filter((part) => part !== '');
}

/**
 * Pairs that merge into pieces of two, three and four letters, each also with a space in front: common letters first.
 */
function* pieces(): Generator<readonly [string, string]> {
  const letters = [...'etaoinshrdlucmfwypvbgkjqxz'];
  for (const front of ['', ' ']) {
    if (front !== '') for (const letter of letters) yield [front, letter];
    const twos = letters.flatMap((a) => letters.map((b) => [front + a, b] as const));
    yield* twos;
    for (const [a, b] of twos) for (const c of letters) yield [a + b, c];
  }
  const common = letters.slice(0, 12);
  for (const a of common) for (const b of common) for (const c of common) for (const d of common) yield [a + b + c, d];
}

/** Byte-level vocabularies write every byte as a printable character. */
function byteCharacter(byte: number): string {
  const printable = (value: number): boolean =>
    (value >= 33 && value <= 126) || (value >= 161 && value <= 172) || value >= 174;
  if (printable(byte)) return String.fromCharCode(byte);
  let free = 256;
  for (let before = 0; before < byte; before++) if (!printable(before)) free++;
  return String.fromCharCode(free);
}
