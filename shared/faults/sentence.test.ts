import { describe, expect, test } from 'vitest';
import type { FaultCode, FaultParams } from './catalogue.ts';
import { fault as faultSchema } from './studio-fault.ts';
import { SENTENCES } from './en/index.ts';
import { failure, fault, faultOf } from './failure.ts';
import { sentenceOf } from './sentence.ts';

type Samples = { readonly [C in FaultCode]: readonly FaultParams[C][] };

const NONE = [{}];
const turnId = '00000000-0000-4000-8000-000000000000';
const name = 'blk.0.ffn_up.weight';
const key = 'general.name';
const folder = '/home/anna/stories';
const prompt = { need: 2010, room: 923, contextSize: 1024, reserve: 100 };
const memory = { need: 7e9, free: 5.2e9, kept: 536_870_912, contextSize: 8192 };

/** Each code as it comes, in each way in which its sentence differs. */
const SAMPLES: Samples = {
  INTERNAL: NONE,
  BAD_REQUEST: NONE,
  TOO_LARGE: [{ bytes: 4e7 }],
  UNREACHABLE: NONE,
  PORT_IN_USE: [{ port: 8080 }, { port: null }],
  NO_STORE: [{ folder }],
  NO_DEMO_MODEL: NONE,
  BUILD_LACKS: [{ missing: ['cmake', 'c++ / g++ / clang++'] }],
  BUILD_FAILED: NONE,
  NO_LINK: [{ name: 'tale.gguf' }],
  USAGE_COMMAND: [{ command: 'sing', known: ['serve', 'write'] }],
  USAGE_NUMBER: [
    { name: 'seed', given: 'x', low: 0, high: 4_294_967_295, whole: true },
    { name: 'temperature', given: '9', low: 0, high: 5, whole: false },
  ],
  USAGE_FORMAT: [{ name: 'klingon', known: ['chatml', 'metharme'] }],
  USAGE_NO_TEXT: NONE,
  USAGE_MANY_MODELS: NONE,
  USAGE_EXPORT_FORMAT: [null, 'pdf'].map((name) => ({ name, known: ['markdown', 'epub'] })),
  USAGE_MANY_STORIES: NONE,
  USAGE_STORY: [
    { given: null, known: [] },
    { given: 'The Key', known: ['The Key (a)', 'The key (b)'] },
  ],
  NOT_EXPORTED: NONE,
  USAGE_CHARACTERS: [null, 'sing'].map((given) => ({ given, known: ['list', 'import', 'export'] })),
  USAGE_CHARACTER: [
    { given: null, known: [] },
    { given: 'Maren', known: ['Maren (a)', 'Maren (b)'] },
  ],
  USAGE_NO_CARDS: NONE,
  USAGE_BACKUP: [
    { given: null, known: [] },
    { given: 'x', known: ['20261128T073000-work.db'] },
  ],
  USAGE_COPY: NONE,
  NO_FOLDER: [{ folder: '/media/stick' }],
  FILE_NOT_WRITTEN: [{ file: '/home/a/The Key.md', said: 'EACCES' }],

  CARD_UNKNOWN: NONE,
  CARD_PICTURE: [{ format: 'webp' }],
  CARD_NONE: (['png', 'json', 'zip', 'book'] as const).map((place) => ({ in: place })),
  CARD_BROKEN: (['png', 'zip', 'json', 'base64'] as const).map((part) => ({ part })),
  CARD_LARGE: (
    ['file', 'archive', 'unpacked', 'entry', 'entries', 'ratio', 'text', 'depth', 'values', 'chunks'] as const
  ).map((what, at) => ({ what, most: 10_000_000 * (at + 1) })),
  CARD_SLOW: NONE,
  CARD_NEWER: [{ version: '3.1' }],
  CARD_REPLACED: NONE,
  CARD_CUT_OFF: NONE,
  CARD_NAMELESS: NONE,
  PICTURE_LARGE: [{ width: 60_000, height: 60_000 }],
  PICTURE_UNKNOWN: NONE,
  NO_CHARACTER: NONE,
  CHARACTER_DELETED: NONE,
  CHARACTER_CONFLICT: [{ field: 'name' }],
  CARD_NO_ORIGINAL: NONE,
  ASSET_GONE: NONE,
  UPLOAD_GONE: NONE,
  CHECK_CHARACTER: [{ name: 'Maren' }],
  CHECK_ASSET: (['missing', 'changed'] as const).map((problem) => ({ problem })),

  NO_TURN: [{ turnId }],
  CONFLICT: [{ turnId }, { turnId: null }],
  RANGE: [{ turnId }],
  ORDER: [{ turnId }],

  NO_STORY: NONE,
  NO_CHAPTER: NONE,
  CHAPTER_DELETED: NONE,
  STORY_DELETED: NONE,
  CHAPTER_TAKEN: NONE,
  NO_REVISION: [{ turnId }],
  NO_GENERATION: NONE,
  ENDED: NONE,
  FOLDER_RIGHTS: [{ path: folder }],
  FOLDER_READ_ONLY: [{ path: folder }],
  FOLDER_FULL: [{ folder }],
  FOLDER_MISSING: [{ path: folder }],
  DISK_SILENT: [{ folder }],
  FOLDER_UNUSABLE: [{ path: folder, said: 'EIO' }],
  STORE_READ_ONLY: NONE,
  STORE_GONE: NONE,
  STORE_SILENT: NONE,
  CHANGE_TAKEN: NONE,
  TURN_TAKEN: [{ turnId }],
  STORE_DAMAGED: [{ file: `${folder}/store.db` }, { file: null }],
  LIBRARY_DAMAGED: [{ problems: 1 }, { problems: 3 }],
  BACKUP_DAMAGED: NONE,
  BACKUP_NO_ROOM: [{ folder, need: 8.4e8, free: 2e8 }],
  BACKUP_GONE: [{ name: '20261128T073000-work.db' }],
  BACKUP_NO_SECOND: [{ folder: '/media/stick' }],
  SECOND_PLACE_WRONG: [{ folder: 'stick' }],
  SECOND_PLACE_AWAY: [{ folder: '/media/stick' }],
  BACKUP_UNREADABLE: [{ name: '20261128T073000-work.db' }],
  BACKUP_NOT_WHOLE: [{ name: '20261128T073000-work.db' }],
  RESTORING: NONE,
  STORE_BUSY: NONE,
  DISK_FULL: NONE,
  DISK_ERROR: NONE,
  IN_USE: [{ folder }],
  UNSAFE_STORE: [{ setting: 'journal_mode = wal' }],
  OLD_SQLITE: [{ version: '3.51.2', needed: '3.51.3' }],
  LIBRARY_MISSING: [{ folder: '/media/stick/stories' }],
  STORE_EMPTIED: [null, 'store-schema-7.db'].map((backup) => ({
    file: `${folder}/store.db`,
    mark: `${folder}/library.txt`,
    backup,
  })),
  NOT_A_STORE: [{ file: `${folder}/store.db` }],
  NEWER_STORE: [{ version: 999, newest: 5 }],
  MIGRATION_FAILED: [{ version: 5 }],

  BY_CARD: NONE,
  BY_TEMPLATE: (['all', 'without notes', 'with notes', 'prefaced'] as const).map((of) => ({ of })),
  BY_OWN_TEMPLATE: (['all', 'without notes', 'with notes'] as const).map((of) => ({ of })),
  BY_MARKS_IN_TEMPLATE: (['so', 'otherwise', 'in channels'] as const).map((how) => ({ marks: ['<a>', '<b>'], how })),
  BY_VOCABULARY: [
    { marks: ['<a>', '<b>', '<c>'], otherTemplate: false },
    { marks: ['<a>'], otherTemplate: true },
  ],
  BY_NAME: [
    { name: 'tale-7b', architecture: null },
    { name: 'tale-7b', architecture: 'llama' },
  ],
  BY_THINKING: [{ mark: '<think>' }],
  BY_NOTHING: NONE,
  BY_ODD_TEMPLATE: (['refuses', 'endless', 'rewrites', 'irregular'] as const).map((how) => ({
    how,
    said: how === 'refuses' ? 'Roles must alternate.' : null,
  })),

  JOB_READS_MODEL: [{ name: 'tale-7b' }],
  JOB_MAKES_BACKUP: NONE,
  JOB_CHECKS_LIBRARY: NONE,
  JOB_REPAIRS_LIBRARY: NONE,
  JOB_GONE: NONE,
  JOB_KIND: NONE,
  REPLACED_IN_READING: NONE,

  WINDOW_TOO_SMALL: (['marks', 'head', 'notes'] as const).flatMap((what) =>
    [true, false].map((turn) => ({ what, turn, ...prompt })),
  ),

  NO_ENGINE: NONE,
  CRASH: [{ killed: true }, { killed: false }],
  HANG: NONE,
  UNHEEDED: NONE,
  START: NONE,
  PROTOCOL: NONE,
  BREAKER: [{ failures: 3 }],
  REPLACED: NONE,
  UNLOADED: NONE,
  CLOSED: NONE,
  ENGINE_BUSY: NONE,
  STOPPED: NONE,
  YIELDED: NONE,
  WINDOW_FULL: NONE,
  THOUGHT_FULL: NONE,
  ENGINE: NONE,
  MEMORY: (['card', 'computer'] as const).flatMap((where) =>
    [4352, null].map((offered) => ({ where, offered, ...memory })),
  ),
  MODEL_TOO_LARGE: [{ bytes: 9e9 }],
  CONTEXT_TOO_LARGE: [{ contextSize: 65_536 }],
  LOAD: NONE,
  STATE: NONE,
  DRAFT_UNREADABLE: NONE,
  DRAFT_VOCABULARY: NONE,
  GRAMMAR: [{ kind: 'gbnf' }, { kind: 'json' }],
  GRAMMAR_LARGE: (['gbnf', 'json'] as const).flatMap((kind) =>
    (['nested', 'parts'] as const).map((what) => ({ kind, what, most: 64 })),
  ),
  SCHEMA_KEYWORDS: [{ keywords: ['pattern'] }, { keywords: ['minimum', 'allOf'] }],
  GRAMMAR_CRASH: NONE,
  NOT_A_TOKEN: [{ text: 'castle' }],
  ALL_BANNED: NONE,
  NO_CARD: NONE,
  NO_SUCH_CARD: [{ number: 8 }],
  NO_PREFIX: NONE,
  TEXT_TOO_SHORT: [{ tokens: 3, window: 512 }],
  MEASURE_TOO_LONG: [{ tokens: 4000, contextSize: 1024 }],

  NOT_GGUF: NONE,
  EMPTY_FILE: NONE,
  UNREADABLE: NONE,
  FILE_GONE: NONE,
  NO_ACCESS: NONE,
  TRUNCATED: NONE,
  GGUF_VERSION: [{ version: 99 }],
  ARCHITECTURE: [{ name: 'bert' }, { name: null }],
  TENSOR_TYPE: NONE,
  VALUE_TYPE: [{ key }],
  VOCABULARY_KIND: NONE,
  WORD_SPLITTING: NONE,
  INSPECTION_LIMIT: NONE,
  TEMPLATE: NONE,
  FINGERPRINT: NONE,
  PART_MISSING: [{ part: 2, parts: 3, file: 'tale-00002-of-00003.gguf' }],
  PART_UNNAMED: [{ parts: 3 }],
  PARTS_DIFFER: NONE,
  FILE_COUNT: (['keys', 'key-name', 'value', 'list', 'item', 'tensors', 'tensor-name', 'row', 'offset'] as const).map(
    (of) => ({ count: 2 ** 60, of, name }),
  ),
  FILE_HEADER_SIZE: NONE,
  FILE_KEY_NAME: NONE,
  FILE_KEY_TWICE: [{ key }],
  FILE_NO_TEXT: [{ key }],
  FILE_NUMBER_TYPE: [{ key }],
  FILE_NO_FLAG: [{ key }],
  FILE_VALUE: [0, '"many"', null].map((value) => ({ value, size: 'block_count' })),
  FILE_NO_SIZE: [{ size: 'attention.head_count_kv' }],
  FILE_TENSOR_NAME: NONE,
  FILE_TENSOR_TWICE: [{ name }],
  FILE_TENSORS_IN_PARTS: NONE,
  FILE_PARTS: NONE,
  FILE_RANK: [{ name, rank: 9 }],
  FILE_EMPTY_TENSOR: [{ name }],
  FILE_BLOCKS: [{ name }],
  FILE_ALIGNMENT: [{ alignment: 3 }],
  FILE_OFFSET: [{ name }],
  FILE_SHAPE: [{ name }],
  FILE_NO_TENSOR: [{ name }],
  FILE_EMBEDDINGS: [{ tokens: 4096, rows: 4095 }],
  FILE_PREDICTION_LAYERS: NONE,
  FILE_HEADS: [{ heads: 4, keyHeads: 3 }],
  FILE_HEAD_WIDTH: [{ heads: 7, width: 64 }],
  FILE_PARTIAL_ROTATION: NONE,
  FILE_NO_EPSILON: NONE,
  FILE_NO_PARALLEL: NONE,
  FILE_NOT_CAUSAL: NONE,
  FILE_EXPERTS: [{ used: 8, experts: 4, groups: 0 }],
  FILE_ROTATION: [{ rotated: 64, width: 16 }],
  FILE_ROTATION_SCALING: NONE,
  FILE_LAYERS_DIFFER: [{ architecture: 'llama' }],
  FILE_NO_VOCABULARY_KIND: NONE,
  FILE_NO_TOKENS: NONE,
  FILE_TOKEN_TWICE: NONE,
  FILE_NO_MERGES: NONE,
  FILE_NO_BYTE_TOKENS: NONE,
  FILE_TOKEN_TYPES: NONE,
  FILE_TOKEN_TYPE: NONE,
  ADAPTER_UNREADABLE: [{ name }],
  NOT_AN_ADAPTER: [{ name }],
  ADAPTER_INCOMPLETE: [{ name }],
  ADAPTER_OF_OTHER_MODEL: ['gptneox', null].map((made) => ({ name, made, architecture: 'llama' })),
  ADAPTER_REFUSED: NONE,
  ODD_CONTEXT: [{ tokens: 0 }],
  ODD_END: NONE,
  ODD_BEGINNING: NONE,
  ODD_WORD_SPLITTING: NONE,
  ODD_TOKEN_TYPES: NONE,
  ODD_WEIGHTS: [{ name }],

  MARKS_NOT_IN_VOCABULARY: [{ marks: ['<|user|>'] }, { marks: ['<|user|>', '<|model|>'] }],
  MARKS_ARE_WORDS: [{ marks: ['### User:', '### Assistant:'] }],
  MARKS_IN_ORDINARY_TEXT: [{ marks: ['<|user|>'] }, { marks: ['<|user|>', '<|model|>'] }],
  NO_END_TOKEN: NONE,
  TEMPLATE_NOT_RUN: [{ why: 'Unknown filter.' }],
  TEMPLATE_REFUSES_NOTES: [{ inFront: true }, { inFront: false }],
  TEMPLATE_DROPS_NOTES: [{ inFront: true }, { inFront: false }],
  TEMPLATE_DIFFERS: NONE,
  HEAD_CHANGED: NONE,
  COUNTS_DIFFER: NONE,
  NO_PROBABILITIES: NONE,
  WORSE_THAN_CHANCE: [{ perplexity: 12_345.6, vocabulary: 4096 }],

  CHECK_NO_STORE: [{ folder }],
  CHECK_LOG: NONE,
  CHECK_UNFINISHED: NONE,
  CHECK_UNREADABLE: [{ why: 'database disk image is malformed' }],
  CHECK_STRUCTURE: [{ finding: 'row 3 missing from index turns_by_parent' }],
  CHECK_ORPHAN: [{ table: 'turns', parent: 'chapters' }],
  CHECK_STORY: [{ title: 'The harbour' }],
  CHECK_CHAPTER: [{ title: 'Fog' }],
  CHECK_BEGINNING: [{ title: 'Fog' }],
  CHECK_TURN: (
    [
      ...(['row', 'edit', 'next', 'parent'] as const).map((of) => ({ of })),
      ...(['history', 'length'] as const).map((of) => ({ of, found: 2, expected: 3 })),
      { of: 'entry', seq: 2, at: '2026-11-27T22:00:00.000Z' },
      { of: 'unreadable', why: 'no such column' },
    ] as const
  ).map((problem) => ({ turn: 1, chapter: 'Fog', problem })),
  CHECK_REPLY: NONE,
  CHECK_CANDIDATES: NONE,
  CHECK_NOTE: NONE,
  CHECK_WORDS: [{ title: 'Harbour' }],
  CHECK_JOB: NONE,
  CHECK_SETTING: [{ key: 'theme' }],

  NO_MODEL: NONE,
  NO_MODEL_FILE: [{ path: '/home/anna/tale.gguf' }],
  FOLDER_SILENT: [{ folder: '/media/share/models' }],
  MODEL_NAME_TAKEN: [{ name: 'tale.gguf' }],
  MODEL_TOO_DEEP: [0, 2].map((more) => ({ file: 'a/b/c/tale.gguf', more })),
  WEIGHTS_NOT_READ: [
    { file: 'tale.safetensors', more: 0, kind: 'safetensors' },
    { file: 'old.pt', more: 1, kind: 'pytorch' },
  ],
  NO_FORMAT: [{ name: 'klingon' }],
  NO_FORMAT_OF_UNREADABLE: NONE,
  ASIDE: NONE,
  DRAFT_GONE: NONE,
  ADAPTER_GONE: NONE,

  READ_ONLY: NONE,
  NOT_HELD: NONE,
  BUSY: NONE,
  NOTHING_WRITTEN: NONE,
  NOTHING_TO_CONTINUE: NONE,
  ID_TAKEN: NONE,
  CHANGED_ELSEWHERE: NONE,
  REPLY_CUT_OFF: [{ replies: 1 }, { replies: 2 }],
  REPLY_GOES_ON: NONE,
  REPLY_GONE: NONE,
  CUT_SHORT: [
    { by: 'length', tokens: 256, leftOut: 0 },
    { by: 'length', tokens: 256, leftOut: 7 },
    { by: 'length', tokens: null, leftOut: 1 },
    { by: 'window', tokens: 1024, leftOut: 0 },
  ],
  UNKNOWN_REPLY: NONE,
  NOTE_CHANGED: NONE,
  NOT_THE_SAME: [
    {
      differences: [
        { of: 'file', model: 'Pocket storyteller' },
        { of: 'model', once: 'Pocket storyteller', now: 'another' },
        { of: 'format', once: 'Metharme', now: 'ChatML' },
        { of: 'head' },
        { of: 'beside' },
        { of: 'context', once: 1024, now: 512 },
        { of: 'promptChunk', once: 128, now: 256 },
        ...(['gpuLayers', 'device', 'keyCache', 'adapters', 'draft', 'lookup', 'fastSlide'] as const).map((of) => ({
          of,
        })),
      ],
    },
  ],
};

const CODES = Object.keys(SENTENCES) as FaultCode[];
const sentencesOf = (code: FaultCode): string[] =>
  SAMPLES[code].map((params) => sentenceOf({ code, params: { ...params } }));
const ALL = CODES.flatMap((code) => sentencesOf(code).map((sentence) => [code, sentence] as const));

describe('every sentence', () => {
  test.each(ALL)('%s: %s', (_code, sentence) => {
    expect(sentence).toMatch(/^(?:[A-Z“/<]|--|\d|verify ).*\.$/s);
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object|Error:|\n|\bat \S+:\d+|  |\.\.|\. [a-z]/);
  });

  test('is one of its own: two codes never say the same', () => {
    const [first, ...again] = ALL.filter(
      ([, sentence], index) => ALL.findIndex(([, one]) => one === sentence) !== index,
    );
    expect([first, ...again].filter(Boolean)).toEqual([]);
  });

  test('of what may happen while a person writes says what is safe, or that nothing was changed', () => {
    const WHILE_WRITING: readonly FaultCode[] = [
      ...(['INTERNAL', 'UNREACHABLE', 'BAD_REQUEST', 'TOO_LARGE', 'NO_TURN', 'CONFLICT', 'RANGE', 'ORDER'] as const),
      ...(['DISK_FULL', 'DISK_ERROR', 'STORE_READ_ONLY', 'STORE_BUSY', 'NO_CHAPTER', 'CHAPTER_DELETED'] as const),
      ...(['CHANGE_TAKEN', 'TURN_TAKEN', 'STORE_GONE', 'STORE_SILENT'] as const),
      ...(['NO_ENGINE', 'CRASH', 'HANG', 'UNHEEDED', 'START', 'BREAKER', 'REPLACED', 'UNLOADED', 'CLOSED'] as const),
      ...([
        'WINDOW_FULL',
        'THOUGHT_FULL',
        'ENGINE',
        'STOPPED',
        'GRAMMAR',
        'NOT_A_TOKEN',
        'ALL_BANNED',
        'STATE',
      ] as const),
      ...([
        'WINDOW_TOO_SMALL',
        'ASIDE',
        'READ_ONLY',
        'ID_TAKEN',
        'CHANGED_ELSEWHERE',
        'REPLY_GOES_ON',
        'REPLY_GONE',
        'NOT_THE_SAME',
        'ENDED',
      ] as const),
    ];
    const silent = WHILE_WRITING.filter((code) =>
      sentencesOf(code).some(
        (sentence) =>
          !/safe|is kept|[Nn]othing was changed|Nothing is lost|did nothing|stays on this page|was not saved|is in (?:the story|its turn)/.test(
            sentence,
          ),
      ),
    );
    expect(silent).toEqual([]);
  });
});

test('a number is written as people write it', () => {
  expect(sentenceOf(fault('MEMORY', { where: 'computer', offered: 4352, ...memory }))).toBe(
    'With a context of 8,192 tokens the model does not fit into memory. It takes 7.0 GB, and 5.2 GB are free, of which 537 MB stay for the rest of the computer. A context of 4,352 tokens fits.',
  );
});

test('a title that is written from the right keeps its direction to itself', () => {
  expect(sentenceOf(fault('CHECK_BEGINNING', { title: 'מגדל!' }))).toBe(
    'The chapter “\u2068מגדל!\u2069” begins with a turn that is not in it.',
  );
});

describe('a fault', () => {
  test('goes over the wire as it is, and is thrown with its sentence', () => {
    const told = fault('NO_TURN', { turnId }, 'curious');
    expect(faultSchema.parse(structuredClone(told))).toEqual(told);
    const thrown = failure('NO_TURN', { turnId }, { detail: 'curious' });
    expect(faultOf(thrown)).toEqual(told);
    expect(thrown.message).toBe(sentenceOf(told));
  });

  test('that nobody foresaw is one of ours, with what was thrown for the curious', () => {
    expect(faultOf(new TypeError('x is not a function'))).toEqual({
      code: 'INTERNAL',
      params: {},
      detail: 'TypeError: x is not a function',
    });
  });

  test('of another version is told in general, with its code', () => {
    const general = /no words for \((?:FROM_TOMORROW|toString|NOT_THE_SAME)\)\. What was saved is safe\./;
    expect(sentenceOf({ code: 'FROM_TOMORROW', params: { moon: 'full' } })).toMatch(general);
    expect(sentenceOf({ code: 'toString', params: {} })).toMatch(general);
    expect(sentenceOf({ code: 'NOT_THE_SAME', params: { otherwise: [] } })).toMatch(general);
  });
});
