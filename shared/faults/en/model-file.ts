import type { Counted, FileValue, ModelFileFaults, SizeKey } from '../catalogue.ts';
import { count } from './numbers.ts';
import type { Sentences } from './sentences.ts';

const SIZES: Readonly<Record<SizeKey, string>> = {
  context_length: 'context length',
  embedding_length: 'width',
  block_count: 'number of layers',
  feed_forward_length: 'feed-forward width',
  'attention.head_count': 'number of attention heads',
  'attention.head_count_kv': 'number of key heads',
  'attention.key_length': 'width of an attention head',
  'attention.value_length': 'width of an attention head',
  'rope.dimension_count': 'number of rotated dimensions',
  expert_count: 'number of experts',
  expert_used_count: 'number of experts that are used',
  expert_group_count: 'number of groups of experts',
  expert_group_used_count: 'number of groups of experts',
  nextn_predict_layers: 'number of prediction layers',
  'attention.layer_norm_epsilon': 'smallest deviation',
  'attention.layer_norm_rms_epsilon': 'smallest deviation',
  'rope.freq_base': 'base of the rotation',
  'rope.scaling.factor': 'scale of the rotation',
};
const COUNTED: Readonly<Record<Counted, (name: string) => string>> = {
  keys: () => 'keys',
  'key-name': () => 'letters in the name of a key',
  value: (key) => `letters in ${key}`,
  list: (key) => `items in ${key}`,
  item: (key) => `letters in an item of ${key}`,
  tensors: () => 'tensors',
  'tensor-name': () => 'letters in the name of a tensor',
  row: (tensor) => `numbers in a row of ${tensor}`,
  offset: (tensor) => `bytes in front of ${tensor}`,
};

/** `problem` goes on from "This model file". */
const damaged = (problem: string): string =>
  `This model file ${problem}. It is damaged, or made in a way that Paphos does not know. Download it again, or ` +
  'choose another model.';
const unknown = (what: string): string => `${what} It is damaged, or newer than this version. Choose another model.`;
const adapter = (name: string, problem: string): string =>
  `The adapter “${name}” ${problem}. Load the model without it, or choose another adapter in the advanced settings.`;
const shown = (value: FileValue): string =>
  value === null ? 'a list' : typeof value === 'number' ? count(value) : value;

export const modelFile = {
  NOT_GGUF: () => 'This is not a model file. Paphos opens GGUF files (their names end in .gguf).',
  EMPTY_FILE: () => 'This file is empty. Download the model again.',
  UNREADABLE: () => 'This model file could not be read. Download it again, or choose another one.',
  FILE_GONE: () => 'The model file is not there. Put it back, or choose another model.',
  NO_ACCESS: () => 'The model file could not be read. Check its permissions, or choose another model.',
  TRUNCATED: () => 'This model file is cut off: the download did not finish, or the disk was full. Download it again.',
  GGUF_VERSION: () =>
    'This model file has a format version that Paphos does not know. Look for a newer download of the model.',
  ARCHITECTURE: ({ name }) =>
    `Paphos does not know this kind of model${name === null ? '' : ` (${name})`}. It may be newer than this version, ` +
    'or not a text model. Choose another one.',
  TENSOR_TYPE: () => unknown('This model is stored in a way that Paphos does not know.'),
  VALUE_TYPE: ({ key }) => unknown(`This model file holds something that Paphos does not know (in ${key}).`),
  VOCABULARY_KIND: () => 'Paphos does not know the kind of vocabulary that this model has. Choose another model.',
  WORD_SPLITTING: () => unknown('This model cuts text into words in a way that Paphos does not know.'),
  INSPECTION_LIMIT: () =>
    'This model file could not be checked in reasonable time: it is damaged, or its disk does not answer. Download ' +
    'it again, or choose another one.',
  TEMPLATE: () => 'The chat template in this model file did not end in time, so it was set aside.',
  FINGERPRINT: () => 'The model file could not be read to its end. Check its disk.',
  PART_MISSING: ({ part, parts, file }) =>
    `Part ${count(part)} of ${count(parts)} of this model is missing (${file}). Put it beside the others, or ` +
    'download it again.',
  PART_UNNAMED: ({ parts }) =>
    `This is one of ${count(parts)} parts of a model, but its name does not say which. Give the parts the names that ` +
    'they had where you got them.',
  PARTS_DIFFER: () => 'The parts of this model do not belong together. Download them again, all from one place.',

  FILE_COUNT: ({ count: number, of, name }) =>
    damaged(`claims to have ${count(number)} ${COUNTED[of](name)}, more than any model has`),
  FILE_HEADER_SIZE: () => damaged('has a description larger than that of any model'),
  FILE_KEY_NAME: () => damaged('has a key without a whole name'),
  FILE_KEY_TWICE: ({ key }) => damaged(`says twice what its ${key} is`),
  FILE_NO_TEXT: ({ key }) => damaged(`should have a text as its ${key}`),
  FILE_NUMBER_TYPE: ({ key }) => damaged(`stores its ${key} as another kind of number than it should`),
  FILE_NO_FLAG: ({ key }) => damaged(`should say yes or no to ${key}`),
  FILE_VALUE: ({ value, size }) => damaged(`gives ${shown(value)} as its ${SIZES[size]}, which cannot be`),
  FILE_NO_SIZE: ({ size }) => damaged(`does not say its ${SIZES[size]}`),
  FILE_TENSOR_NAME: () => damaged('holds weights without a whole name'),
  FILE_TENSOR_TWICE: ({ name }) => damaged(`holds ${name} twice`),
  FILE_TENSORS_IN_PARTS: () => damaged('holds the same weights in two of its parts'),
  FILE_PARTS: () => damaged('has parts that do not belong together'),
  FILE_RANK: ({ name, rank }) => damaged(`gives ${name} ${count(rank)} dimensions, where 1 to 4 can be`),
  FILE_EMPTY_TENSOR: ({ name }) => damaged(`holds nothing in ${name}`),
  FILE_BLOCKS: ({ name }) => damaged(`has rows in ${name} that do not fill their blocks`),
  FILE_ALIGNMENT: ({ alignment }) => damaged(`gives ${count(alignment)} as its alignment, which cannot be`),
  FILE_OFFSET: ({ name }) => damaged(`has ${name} in the wrong place`),
  FILE_SHAPE: ({ name }) => damaged(`has weights of another size than it says (${name})`),
  FILE_NO_TENSOR: ({ name }) => damaged(`lacks a part of its weights (${name})`),
  FILE_EMBEDDINGS: ({ tokens, rows }) => damaged(`has ${count(tokens)} tokens but ${count(rows)} embeddings`),
  FILE_PREDICTION_LAYERS: () => damaged('has more prediction layers than layers'),
  FILE_HEADS: ({ heads, keyHeads }) =>
    damaged(`has ${count(heads)} attention heads for ${count(keyHeads)} key heads, which cannot be shared out`),
  FILE_HEAD_WIDTH: ({ heads, width }) =>
    damaged(`has ${count(heads)} attention heads for a width of ${count(width)}, which cannot be shared out`),
  FILE_PARTIAL_ROTATION: () =>
    damaged('rotates a part of each attention head, where this kind of model rotates all of it'),
  FILE_NO_EPSILON: () => damaged('does not say the smallest deviation of its layer norm'),
  FILE_NO_PARALLEL: () => damaged('does not say whether its layers work in parallel'),
  FILE_NOT_CAUSAL: () => damaged('holds a model that reads whole texts and cannot write'),
  FILE_EXPERTS: ({ used, experts, groups }) =>
    damaged(`uses ${count(used)} of ${count(experts)} experts in ${count(groups)} groups, which cannot be`),
  FILE_ROTATION: ({ rotated, width }) =>
    damaged(`rotates ${count(rotated)} of the ${count(width)} dimensions of an attention head, which cannot be`),
  FILE_ROTATION_SCALING: () => damaged('scales its rotation in a way that nobody knows'),
  FILE_LAYERS_DIFFER: ({ architecture }) => damaged(`has layers that differ, which ${architecture} models do not have`),
  FILE_NO_VOCABULARY_KIND: () => damaged('does not say the kind of its vocabulary'),
  FILE_NO_TOKENS: () => damaged('has no list of tokens'),
  FILE_TOKEN_TWICE: () => damaged('has the same token twice'),
  FILE_NO_MERGES: () => damaged('does not say how the bytes of its words are joined'),
  FILE_NO_BYTE_TOKENS: () => damaged('has a vocabulary of another kind than it says: it lacks tokens for single bytes'),
  FILE_TOKEN_TYPES: () => damaged('does not say of each token what it is'),
  FILE_TOKEN_TYPE: () => damaged('has tokens of a kind that does not exist'),

  ADAPTER_UNREADABLE: ({ name }) => adapter(name, 'cannot be opened: it is damaged, or not a GGUF file'),
  NOT_AN_ADAPTER: ({ name }) => adapter(name, 'is a GGUF file, but not a LoRA'),
  ADAPTER_INCOMPLETE: ({ name }) => adapter(name, 'is not complete'),
  ADAPTER_OF_OTHER_MODEL: ({ name, made, architecture }) =>
    adapter(name, `was made for another kind of model (${made ?? 'unknown'}, not ${architecture})`),
  ADAPTER_REFUSED: () =>
    'An adapter does not suit this model: it was made for another one. Load the model without it, or choose another ' +
    'adapter in the advanced settings.',

  ODD_CONTEXT: ({ tokens }) =>
    `The file says that this model was trained with ${count(tokens)} tokens of context, which cannot be. Look up the ` +
    'right number where you got the model, and set the context size to no more.',
  ODD_END: () =>
    'This model does not name the token that ends a text, so it is guessed. If its replies do not end by themselves, ' +
    'set a length that suits you.',
  ODD_BEGINNING: () => 'This model asks for a token that begins each text but names none: it is left out.',
  ODD_WORD_SPLITTING: () =>
    'This model does not say how it cuts text into words, so it is guessed: it may write worse than it could. A ' +
    'newer download of it may say.',
  ODD_TOKEN_TYPES: () =>
    'This model does not say which of its tokens are marks. Its role marks are read as plain text, so it may confuse ' +
    'who speaks.',
  ODD_WEIGHTS: ({ name }) =>
    `Some of this model’s weights are not numbers (${name}), so it may write nonsense or nothing. Download it again.`,
} satisfies Sentences<ModelFileFaults>;
