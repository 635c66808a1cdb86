import { failure, fault } from '../../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { isNumbers, isTexts, type Keys, shown } from './metadata-keys.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';

/** What a file says of its vocabulary. */
export interface VocabularyHeader {
  readonly kind: 'bpe' | 'spm';
  readonly size: number;
  readonly bos: boolean;
  /** Texts of the tokens that begin and end a text, where the file names them. */
  readonly bosText: string | null;
  readonly endText: string | null;
  /** Texts of control and user-defined tokens: what marks turns, where the model has such tokens. */
  readonly control: readonly string[];
  readonly userDefined: readonly string[];
}

const CONTROL = 3,
  USER_DEFINED = 4;
/** Some vocabularies hold thousands that wait for a use, in front of those that mark turns. */
const MAX_SPECIAL = 65_536;
const MAX_TYPE = 6;
/** What the engine takes where a SentencePiece file names none. */
const SPM_DEFAULTS: Readonly<Record<string, number>> = { bos: 1, eos: 2 };

const asStored = (...texts: string[]): ReadonlySet<string> =>
  new Set(texts.map((text) => Buffer.from(text).toString('latin1')));
/** What the engine takes for control tokens, whatever a file calls them. */
const ENDS = asStored(
  '<|eot_id|>',
  '<|eom_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '</s>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<end_of_utterance>',
  '<eos>',
  '<｜end▁of▁sentence｜>',
);
/** And what it shows as text. */
const SHOWN = asStored('<|channel|>', '<|message|>', '<|start|>', '<|constrain|>');
/** Ways to cut words whose vocabularies begin with BOS, if the file says nothing of it. */
const BEGINS = new Set([
  'chameleon',
  'falcon-h1',
  'falcon3',
  'jina-v5-nano',
  'lfm2',
  'llama-bpe',
  'llama-v3',
  'llama3',
  'midm-2.0',
  'pixtral',
  'tekken',
]);

export function readVocabulary(keys: Keys, warn: (warning: StudioFault) => void): VocabularyHeader {
  const model = keys.text('tokenizer.ggml.model');
  if (model === null) throw failure('FILE_NO_VOCABULARY_KIND', {}, { detail: 'tokenizer.ggml.model' });
  if (model !== 'gpt2' && model !== 'llama')
    throw failure('VOCABULARY_KIND', {}, { detail: `tokenizer.ggml.model: ${shown(model)}` });
  const tokens = keys.get('tokenizer.ggml.tokens');
  if (!isTexts(tokens) || tokens.length === 0) throw failure('FILE_NO_TOKENS', {}, { detail: 'tokenizer.ggml.tokens' });
  assertDistinct(tokens);
  if (model === 'gpt2') checkBytePairs(keys, warn);
  else assertBytes(tokens);
  const types = readTypes(keys, tokens.length, warn);
  const ofType = (type: number): string[] =>
    tokens
      .filter((text, id) => typeOf(text, types[id]) === type && text.trim() !== '')
      .slice(0, MAX_SPECIAL)
      .map(decoded);
  const text = (role: 'bos' | 'eos' | 'eot'): string | null => {
    const id = keys.get(`tokenizer.ggml.${role}_token_id`) ?? (model === 'llama' ? SPM_DEFAULTS[role] : undefined);
    return typeof id === 'number' && tokens[id] !== undefined ? decoded(tokens[id]) : null;
  };
  const endText = text('eos') ?? text('eot');
  if (endText === null && model === 'gpt2') warn(fault('ODD_END', {}));
  const begins = model === 'llama' || BEGINS.has(keys.text('tokenizer.ggml.pre') ?? '');
  const bos = keys.flag('tokenizer.ggml.add_bos_token') ?? begins;
  const bosText = text('bos');
  if (bos && bosText === null && model === 'gpt2') warn(fault('ODD_BEGINNING', {}));
  return {
    kind: model === 'gpt2' ? 'bpe' : 'spm',
    size: tokens.length,
    bos,
    bosText,
    endText,
    control: ofType(CONTROL),
    userDefined: ofType(USER_DEFINED),
  };
}

const typeOf = (text: string, declared: number | undefined): number | undefined =>
  SHOWN.has(text) ? USER_DEFINED : ENDS.has(text) ? CONTROL : declared;

/** As the engine counts: an empty token is called by its number, and a text ends at its first zero byte. */
function assertDistinct(tokens: readonly string[]): void {
  const texts = new Set(tokens.map((token, id) => token.split('\0', 1)[0] || `[EMPTY_${id}]`));
  if (texts.size !== tokens.length) throw failure('FILE_TOKEN_TWICE', {});
}

function checkBytePairs(keys: Keys, warn: (warning: StudioFault) => void): void {
  const merges = keys.get('tokenizer.ggml.merges');
  const pre = keys.text('tokenizer.ggml.pre');
  if (pre !== null && pre !== '' && !PRE_TOKENIZERS.has(pre))
    throw failure('WORD_SPLITTING', {}, { detail: `tokenizer.ggml.pre: ${shown(pre)}` });
  if (typeof merges !== 'object' && pre !== 'kimi-k2')
    throw failure('FILE_NO_MERGES', {}, { detail: 'tokenizer.ggml.merges' });
  if (pre === null || pre === '') warn(fault('ODD_WORD_SPLITTING', {}));
}

/** Without a token for each byte, a letter that is not in the vocabulary would end the engine. */
function assertBytes(tokens: readonly string[]): void {
  const known = new Set(tokens);
  for (let byte = 0; byte < 256; byte++) {
    if (known.has(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) || known.has(String.fromCharCode(byte)))
      continue;
    throw failure('FILE_NO_BYTE_TOKENS', {}, { detail: `byte ${byte}` });
  }
}

function readTypes(keys: Keys, size: number, warn: (warning: StudioFault) => void): readonly number[] {
  const types = keys.get('tokenizer.ggml.token_type');
  if (types === undefined) {
    warn(fault('ODD_TOKEN_TYPES', {}));
    return [];
  }
  if (!isNumbers(types) || types.length < size)
    throw failure('FILE_TOKEN_TYPES', {}, { detail: 'tokenizer.ggml.token_type' });
  if (types.slice(0, size).some((type) => type < 0 || type > MAX_TYPE))
    throw failure('FILE_TOKEN_TYPE', {}, { detail: 'tokenizer.ggml.token_type' });
  return types;
}

function decoded(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
