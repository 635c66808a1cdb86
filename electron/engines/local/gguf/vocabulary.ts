import { EngineFault } from '../engine-fault.ts';
import { damaged } from './gguf-fault.ts';
import { isNumbers, isTexts, type Keys, shown } from './keys.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import type { Warning } from './warning.ts';

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
/** Far more than any template or vocabulary needs for its marks; what is beyond is not passed on. */
const MAX_SPECIAL = 1024;
const MAX_TYPE = 6;
/** What the engine takes where a SentencePiece file names none. */
const SPM_DEFAULTS: Readonly<Record<string, number>> = { bos: 1, eos: 2 };

export function readVocabulary(keys: Keys, warn: (warning: Warning) => void): VocabularyHeader {
  const model = keys.text('tokenizer.ggml.model');
  if (model === null) throw damaged('MISSING', 'does not say the kind of its vocabulary', 'tokenizer.ggml.model');
  if (model !== 'gpt2' && model !== 'llama')
    throw new EngineFault(
      'VOCAB',
      'Paphos does not know the kind of vocabulary that this model has. Choose another model.',
      `tokenizer.ggml.model: ${shown(model)}`,
    );
  const tokens = keys.get('tokenizer.ggml.tokens');
  if (!isTexts(tokens) || tokens.length === 0)
    throw damaged('MISSING', 'has no list of tokens', 'tokenizer.ggml.tokens');
  assertDistinct(tokens);
  if (model === 'gpt2') checkBytePairs(keys, warn);
  else assertBytes(tokens);
  const types = readTypes(keys, tokens.length, warn);
  const ofType = (type: number): string[] =>
    tokens
      .filter((text, id) => types[id] === type && text.trim() !== '')
      .slice(0, MAX_SPECIAL)
      .map(decoded);
  const text = (role: 'bos' | 'eos' | 'eot'): string | null => {
    const id = keys.get(`tokenizer.ggml.${role}_token_id`) ?? (model === 'llama' ? SPM_DEFAULTS[role] : undefined);
    return typeof id === 'number' && tokens[id] !== undefined ? decoded(tokens[id]) : null;
  };
  const endText = text('eos') ?? text('eot');
  if (endText === null && model === 'gpt2')
    warn({
      code: 'END',
      message:
        'This model does not name the token that ends a text, so it is guessed. If its replies do not end by themselves, set a length that suits you.',
    });
  const bos = keys.flag('tokenizer.ggml.add_bos_token') ?? model === 'llama';
  const bosText = text('bos');
  if (bos && bosText === null && model === 'gpt2')
    warn({
      code: 'VOCAB',
      message: 'This model asks for a token that begins each text but names none: it is left out.',
    });
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

/** As the engine counts: an empty token is called by its number, and a text ends at its first zero byte. */
function assertDistinct(tokens: readonly string[]): void {
  const texts = new Set(tokens.map((token, id) => token.split('\0', 1)[0] || `[EMPTY_${id}]`));
  if (texts.size !== tokens.length) throw damaged('VOCAB', 'has the same token twice');
}

function checkBytePairs(keys: Keys, warn: (warning: Warning) => void): void {
  const merges = keys.get('tokenizer.ggml.merges');
  const pre = keys.text('tokenizer.ggml.pre');
  if (pre !== null && pre !== '' && !PRE_TOKENIZERS.has(pre))
    throw new EngineFault(
      'VOCAB',
      'This model cuts text into words in a way that Paphos does not know. It is newer than this version, or damaged. Choose another model.',
      `tokenizer.ggml.pre: ${shown(pre)}`,
    );
  if (typeof merges !== 'object' && pre !== 'kimi-k2')
    throw damaged('MISSING', 'does not say how the bytes of its words are joined', 'tokenizer.ggml.merges');
  if (pre === null || pre === '')
    warn({
      code: 'VOCAB',
      message:
        'This model does not say how it cuts text into words, so it is guessed: it may write worse than it could. A newer download of it may say.',
    });
}

/** Without a token for each byte, a letter that is not in the vocabulary would end the engine. */
function assertBytes(tokens: readonly string[]): void {
  const known = new Set(tokens);
  for (let byte = 0; byte < 256; byte++) {
    if (known.has(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) || known.has(String.fromCharCode(byte)))
      continue;
    throw damaged(
      'VOCAB',
      'has a vocabulary of another kind than it says: it lacks tokens for single bytes',
      `byte ${byte}`,
    );
  }
}

function readTypes(keys: Keys, size: number, warn: (warning: Warning) => void): readonly number[] {
  const types = keys.get('tokenizer.ggml.token_type');
  if (types === undefined) {
    warn({
      code: 'VOCAB',
      message:
        'This model does not say which of its tokens are marks. Its role marks are read as plain text, so it may confuse who speaks.',
    });
    return [];
  }
  if (!isNumbers(types) || types.length < size)
    throw damaged('VOCAB', 'does not say of each token what it is', 'tokenizer.ggml.token_type');
  if (types.slice(0, size).some((type) => type < 0 || type > MAX_TYPE))
    throw damaged('VOCAB', 'has tokens of a kind that does not exist', 'tokenizer.ggml.token_type');
  return types;
}

function decoded(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
