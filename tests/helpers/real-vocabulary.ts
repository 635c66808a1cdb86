import { readGgufFileInfo } from 'node-llama-cpp';
import type { MadeVocabulary, Marks } from './model-vocabulary.ts';
import { vocabularyFile } from './vocabularies.ts';

const NORMAL = 1,
  CONTROL = 3,
  USER_DEFINED = 4;

/** The makers' way to cut text into words, as llama.cpp's conversion writes it. */
const PRE = { 'gpt-neox': 'olmo', 'llama-spm': 'default', 'llama-bpe': 'llama-bpe', qwen2: 'qwen2' };

/**
 * A real vocabulary with marks among its tokens as the makers of a chat model add them: in places that were left free,
 * else behind the last one.
 */
export async function realVocabulary(
  name: keyof typeof PRE,
  { marks, kind, bos }: { marks: readonly string[]; kind: Marks; bos: boolean },
): Promise<MadeVocabulary> {
  const { ggml } = (await readGgufFileInfo(vocabularyFile(name), { logWarnings: false })).metadata.tokenizer;
  const texts = [...ggml.tokens];
  const types: number[] = ggml.token_type === undefined ? texts.map(() => NORMAL) : [...ggml.token_type];
  for (const mark of kind === 'absent' ? [] : marks) {
    const free = texts.findIndex((text) => text.startsWith('[PAD'));
    const id = free < 0 ? texts.length : free;
    texts[id] = mark;
    types[id] = kind === 'control' ? CONTROL : USER_DEFINED;
  }
  return {
    texts,
    entries: [
      ['tokenizer.ggml.model', 'string', ggml.model],
      ['tokenizer.ggml.pre', 'string', PRE[name]],
      ['tokenizer.ggml.tokens', 'strings', texts],
      ['tokenizer.ggml.token_type', 'i32s', types],
      ...(ggml.merges === undefined ? [] : [['tokenizer.ggml.merges', 'strings', ggml.merges] as const]),
      ...(ggml.scores === undefined
        ? []
        : [
            [
              'tokenizer.ggml.scores',
              'f32s',
              [...ggml.scores, ...texts.slice(ggml.scores.length).map(() => 0)],
            ] as const,
          ]),
      ['tokenizer.ggml.bos_token_id', 'u32', ggml.bos_token_id ?? 0],
      ['tokenizer.ggml.eos_token_id', 'u32', ggml.eos_token_id ?? 0],
      ['tokenizer.ggml.unknown_token_id', 'u32', ggml.unknown_token_id ?? 0],
      ['tokenizer.ggml.add_bos_token', 'bool', bos],
    ],
    encode: () => {
      throw new Error('the engine tokenises with a real vocabulary');
    },
  };
}
