/**
 * Everything that Paphos can refuse or fail at: each code with what its sentence needs to know, and one meaning a code.
 * The sentences stand in en/, a file for each interface here. What is only for the curious is a fault's `detail`.
 */
export interface FaultParams
  extends
    AppFaults,
    DocumentFaults,
    StoreFaults,
    PromptFaults,
    EngineFaults,
    ModelFileFaults,
    FormatFaults,
    FormatReasons,
    VerifyFaults,
    CheckFaults,
    ModelFaults,
    JobFaults,
    CardFaults,
    WritingFaults {}
export type FaultCode = keyof FaultParams;

type None = Readonly<Record<never, never>>;

/** The program itself, its command line and the page's way to the studio. */
export interface AppFaults {
  /** A defect: nobody foresaw it. */
  INTERNAL: None;
  BAD_REQUEST: None;
  /** `bytes`: of the message. */
  TOO_LARGE: { readonly bytes: number };
  UNREACHABLE: None;
  PORT_IN_USE: { readonly port: number | null };
  NO_STORE: { readonly folder: string };
  NO_DEMO_MODEL: None;
  /** To a model file, in the models folder. */
  NO_LINK: { readonly name: string };
  USAGE_COMMAND: { readonly command: string; readonly known: readonly string[] };
  USAGE_NUMBER: {
    readonly name: string;
    readonly given: string;
    readonly low: number;
    readonly high: number;
    readonly whole: boolean;
  };
  USAGE_FORMAT: { readonly name: string; readonly known: readonly string[] };
  USAGE_NO_TEXT: None;
  USAGE_MANY_MODELS: None;
  /** `name`: null where none was given. */
  USAGE_EXPORT_FORMAT: { readonly name: string | null; readonly known: readonly string[] };
  USAGE_MANY_STORIES: None;
  /** `known`: the stories that it could be. */
  USAGE_STORY: { readonly given: string | null; readonly known: readonly string[] };
  NOT_EXPORTED: None;
  /** `known`: what can be done with characters. */
  USAGE_CHARACTERS: { readonly given: string | null; readonly known: readonly string[] };
  /** `known`: the characters that it could be. */
  USAGE_CHARACTER: { readonly given: string | null; readonly known: readonly string[] };
  USAGE_NO_CARDS: None;
  /** `known`: the names of the backups, the newest first. */
  USAGE_BACKUP: { readonly given: string | null; readonly known: readonly string[] };
  USAGE_COPY: None;
  NO_FOLDER: { readonly folder: string };
  /** `missing`: programs, or a file by its path. */
  BUILD_LACKS: { readonly missing: readonly string[] };
  BUILD_FAILED: None;
  /** `said`: the code that the system gave. */
  FILE_NOT_WRITTEN: { readonly file: string; readonly said: string };
}

/** Characters and the files that they come in. What begins with CARD_ is of such a file. */
export interface CardFaults {
  /** By its first bytes it is nothing that holds cards. */
  CARD_UNKNOWN: None;
  /** A picture of a kind that holds no cards, whatever its name ends in. */
  CARD_PICTURE: { readonly format: string };
  /** `book`: a lorebook by itself. */
  CARD_NONE: { readonly in: 'png' | 'json' | 'zip' | 'book' };
  CARD_BROKEN: { readonly part: 'png' | 'zip' | 'json' | 'base64' };
  /** `most`: what is read, of bytes, letters, or things. */
  CARD_LARGE: {
    readonly what:
      | 'file'
      | 'archive'
      | 'unpacked'
      | 'entry'
      | 'entries'
      | 'ratio'
      | 'text'
      | 'depth'
      | 'values'
      | 'chunks';
    readonly most: number;
  };
  CARD_SLOW: None;
  /** These are worth knowing of a card that was read. */
  CARD_NEWER: { readonly version: string };
  CARD_REPLACED: None;
  CARD_CUT_OFF: None;
  CARD_NAMELESS: None;
  PICTURE_LARGE: { readonly width: number; readonly height: number };
  PICTURE_UNKNOWN: None;
  NO_CHARACTER: None;
  CHARACTER_DELETED: None;
  /** Somebody else has changed it meanwhile. */
  CHARACTER_CONFLICT: { readonly field: string };
  CARD_NO_ORIGINAL: None;
  /** Its file is gone or another one. */
  ASSET_GONE: None;
  UPLOAD_GONE: None;
}

/** A change that does not fit the tree of turns (shared/document/SPEC.md). */
export interface DocumentFaults {
  /** The turn was removed, or was never there. */
  NO_TURN: { readonly turnId: string };
  /** What the change was made from has changed since: this turn, or (null) the structure of the chapter. */
  CONFLICT: { readonly turnId: string | null };
  /** A patch reaches outside the text, or splits a character. */
  RANGE: { readonly turnId: string };
  /** The op makes no sense here: a restore of a living turn, an id used twice. */
  ORDER: { readonly turnId: string };
}

export interface StoreFaults {
  NO_STORY: None;
  NO_CHAPTER: None;
  CHAPTER_DELETED: None;
  STORY_DELETED: None;
  /** A new chapter whose id one of another story has. */
  CHAPTER_TAKEN: None;
  NO_REVISION: { readonly turnId: string };
  NO_GENERATION: None;
  ENDED: None;
  /** These five: the studio does not begin. `path`: of what the system refused. */
  FOLDER_RIGHTS: { readonly path: string };
  FOLDER_READ_ONLY: { readonly path: string };
  FOLDER_FULL: { readonly folder: string };
  FOLDER_MISSING: { readonly path: string };
  /** The disk of a folder that is to be used does not answer. */
  DISK_SILENT: { readonly folder: string };
  /** `said`: the code that the system, or SQLite, gave. */
  FOLDER_UNUSABLE: { readonly path: string; readonly said: string };
  /** It could be written before. */
  STORE_READ_ONLY: None;
  /** Its file is not where it was opened. */
  STORE_GONE: None;
  /** Its disk does not answer. */
  STORE_SILENT: None;
  /** Another change came under the same id before. */
  CHANGE_TAKEN: None;
  /** A turn of another chapter has the id of this new one. */
  TURN_TAKEN: { readonly turnId: string };
  /** `file`: when it was to be opened; null: a part that was read later. */
  STORE_DAMAGED: { readonly file: string | null };
  /** So many things in it are not as they were saved. */
  LIBRARY_DAMAGED: { readonly problems: number };
  BACKUP_DAMAGED: None;
  /** In bytes, on the disk of `folder`. */
  BACKUP_NO_ROOM: { readonly folder: string; readonly need: number; readonly free: number };
  BACKUP_GONE: { readonly name: string };
  /** It was made, and could not be copied to the second place. */
  BACKUP_NO_SECOND: { readonly folder: string };
  /** It is a path that is not whole, or one in the data folder. */
  SECOND_PLACE_WRONG: { readonly folder: string };
  /** It cannot be reached, or not be written. */
  SECOND_PLACE_AWAY: { readonly folder: string };
  /** It is no store, or too damaged to be read. */
  BACKUP_UNREADABLE: { readonly name: string };
  /** Not everything in it is as it was saved. */
  BACKUP_NOT_WHOLE: { readonly name: string };
  /** A backup is being put in the place of the store. */
  RESTORING: None;
  STORE_BUSY: None;
  DISK_FULL: None;
  DISK_ERROR: None;
  IN_USE: { readonly folder: string };
  UNSAFE_STORE: { readonly setting: string };
  OLD_SQLITE: { readonly version: string; readonly needed: string };
  /** A library was here. `mark`: the file that says so; `backup`: the newest copy, null where there is none. */
  LIBRARY_MISSING: { readonly folder: string };
  STORE_EMPTIED: { readonly file: string; readonly mark: string; readonly backup: string | null };
  NOT_A_STORE: { readonly file: string };
  NEWER_STORE: { readonly version: number; readonly newest: number };
  MIGRATION_FAILED: { readonly version: number };
}

export interface PromptFaults {
  /** `need` and `room` in tokens; `what` does not fit, or (`turn`) the last turn does not fit beside it. */
  WINDOW_TOO_SMALL: {
    readonly what: 'marks' | 'head' | 'notes';
    readonly turn: boolean;
    readonly need: number;
    readonly room: number;
    readonly contextSize: number;
    readonly reserve: number;
  };
}

/** The process that computes, and what it was asked for. */
export interface EngineFaults {
  NO_ENGINE: None;
  CRASH: { readonly killed: boolean };
  HANG: None;
  UNHEEDED: None;
  START: None;
  PROTOCOL: None;
  BREAKER: { readonly failures: number };
  REPLACED: None;
  UNLOADED: None;
  CLOSED: None;
  ENGINE_BUSY: None;
  STOPPED: None;
  YIELDED: None;
  WINDOW_FULL: None;
  THOUGHT_FULL: None;
  ENGINE: None;
  /**
   * By the estimate, in bytes. `need` is what lies where it does not fit: on the graphics card, or in the computer's
   * memory.
   */
  MEMORY: {
    readonly where: 'card' | 'computer';
    readonly need: number;
    readonly free: number;
    readonly kept: number;
    readonly contextSize: number;
    readonly offered: number | null;
  };
  /** The engine could not get the memory, whatever was estimated. */
  MODEL_TOO_LARGE: { readonly bytes: number };
  CONTEXT_TOO_LARGE: { readonly contextSize: number };
  LOAD: None;
  STATE: None;
  DRAFT_UNREADABLE: None;
  DRAFT_VOCABULARY: None;
  GRAMMAR: { readonly kind: 'gbnf' | 'json' };
  /** Never given to the engine, which it could end. */
  GRAMMAR_LARGE: { readonly kind: 'gbnf' | 'json'; readonly what: 'nested' | 'parts'; readonly most: number };
  /** What they ask for would not be kept. */
  SCHEMA_KEYWORDS: { readonly keywords: readonly string[] };
  /** The process ended, or did not answer, while a grammar ruled: the model's file is not to blame. */
  GRAMMAR_CRASH: None;
  NOT_A_TOKEN: { readonly text: string };
  /** Whatever could come next begins with something that is banned. */
  ALL_BANNED: None;
  NO_CARD: None;
  NO_SUCH_CARD: { readonly number: number };
  NO_PREFIX: None;
  TEXT_TOO_SHORT: { readonly tokens: number; readonly window: number };
  MEASURE_TOO_LONG: { readonly tokens: number; readonly contextSize: number };
}

/** A value in a model file: a number, a text as JSON, or (null) a list. */
export type FileValue = number | string | null;
/** What a model file counts, and of which thing, where it has a name. */
export type Counted = 'keys' | 'key-name' | 'value' | 'list' | 'item' | 'tensors' | 'tensor-name' | 'row' | 'offset';
/** Numbers of a model's description, called as in its file. */
export type SizeKey =
  | 'context_length'
  | 'embedding_length'
  | 'block_count'
  | 'feed_forward_length'
  | 'attention.head_count'
  | 'attention.head_count_kv'
  | 'attention.key_length'
  | 'attention.value_length'
  | 'rope.dimension_count'
  | 'expert_count'
  | 'expert_used_count'
  | 'expert_group_count'
  | 'expert_group_used_count'
  | 'nextn_predict_layers'
  | 'attention.layer_norm_epsilon'
  | 'attention.layer_norm_rms_epsilon'
  | 'rope.freq_base'
  | 'rope.scaling.factor';

/**
 * A model file that is not opened, or (the last ones) opens and is odd. What begins with FILE_ is damaged, or of an
 * unknown make.
 */
export interface ModelFileFaults {
  NOT_GGUF: None;
  EMPTY_FILE: None;
  UNREADABLE: None;
  FILE_GONE: None;
  NO_ACCESS: None;
  TRUNCATED: None;
  GGUF_VERSION: { readonly version: number };
  ARCHITECTURE: { readonly name: string | null };
  TENSOR_TYPE: None;
  VALUE_TYPE: { readonly key: string };
  VOCABULARY_KIND: None;
  WORD_SPLITTING: None;
  INSPECTION_LIMIT: None;
  TEMPLATE: None;
  FINGERPRINT: None;
  PART_MISSING: { readonly part: number; readonly parts: number; readonly file: string };
  PART_UNNAMED: { readonly parts: number };
  PARTS_DIFFER: None;

  FILE_COUNT: { readonly count: number; readonly of: Counted; readonly name: string };
  FILE_HEADER_SIZE: None;
  FILE_KEY_NAME: None;
  FILE_KEY_TWICE: { readonly key: string };
  FILE_NO_TEXT: { readonly key: string };
  FILE_NUMBER_TYPE: { readonly key: string };
  FILE_NO_FLAG: { readonly key: string };
  FILE_VALUE: { readonly value: FileValue; readonly size: SizeKey };
  FILE_NO_SIZE: { readonly size: SizeKey };
  FILE_TENSOR_NAME: None;
  FILE_TENSOR_TWICE: { readonly name: string };
  FILE_TENSORS_IN_PARTS: None;
  FILE_PARTS: None;
  FILE_RANK: { readonly name: string; readonly rank: number };
  FILE_EMPTY_TENSOR: { readonly name: string };
  FILE_BLOCKS: { readonly name: string };
  FILE_ALIGNMENT: { readonly alignment: number };
  FILE_OFFSET: { readonly name: string };
  FILE_SHAPE: { readonly name: string };
  FILE_NO_TENSOR: { readonly name: string };
  FILE_EMBEDDINGS: { readonly tokens: number; readonly rows: number };
  FILE_PREDICTION_LAYERS: None;
  FILE_HEADS: { readonly heads: number; readonly keyHeads: number };
  FILE_HEAD_WIDTH: { readonly heads: number; readonly width: number };
  FILE_PARTIAL_ROTATION: None;
  FILE_NO_EPSILON: None;
  FILE_NO_PARALLEL: None;
  FILE_NOT_CAUSAL: None;
  FILE_EXPERTS: { readonly used: number; readonly experts: number; readonly groups: number };
  FILE_ROTATION: { readonly rotated: number; readonly width: number };
  FILE_ROTATION_SCALING: None;
  FILE_LAYERS_DIFFER: { readonly architecture: string };
  FILE_NO_VOCABULARY_KIND: None;
  FILE_NO_TOKENS: None;
  FILE_TOKEN_TWICE: None;
  FILE_NO_MERGES: None;
  FILE_NO_BYTE_TOKENS: None;
  FILE_TOKEN_TYPES: None;
  FILE_TOKEN_TYPE: None;

  ADAPTER_UNREADABLE: { readonly name: string };
  NOT_AN_ADAPTER: { readonly name: string };
  ADAPTER_INCOMPLETE: { readonly name: string };
  ADAPTER_OF_OTHER_MODEL: { readonly name: string; readonly made: string | null; readonly architecture: string };
  ADAPTER_REFUSED: None;

  ODD_CONTEXT: { readonly tokens: number };
  ODD_END: None;
  ODD_BEGINNING: None;
  ODD_WORD_SPLITTING: None;
  ODD_TOKEN_TYPES: None;
  ODD_WEIGHTS: { readonly name: string };
}

/** What to know before writing with a format. `marks`: role marks as they are sent. */
export interface FormatFaults {
  /** They look like tokens and are none of this vocabulary. */
  MARKS_NOT_IN_VOCABULARY: { readonly marks: readonly string[] };
  /** They are words, as the makers of the format meant it. */
  MARKS_ARE_WORDS: { readonly marks: readonly string[] };
  MARKS_IN_ORDINARY_TEXT: { readonly marks: readonly string[] };
  NO_END_TOKEN: None;
  TEMPLATE_NOT_RUN: { readonly why: string };
  /** `inFront`: the format sends notes in front of the person's words. */
  TEMPLATE_REFUSES_NOTES: { readonly inFront: boolean };
  TEMPLATE_DROPS_NOTES: { readonly inFront: boolean };
  TEMPLATE_DIFFERS: None;
}

/** No faults, but told by the same means: why a format was taken for that of a model. `marks`: as they are written. */
export interface FormatReasons {
  BY_CARD: None;
  /** `of`: which conversations its own template writes exactly so; `prefaced`: behind a preface of its own. */
  BY_TEMPLATE: { readonly of: 'all' | 'without notes' | 'with notes' | 'prefaced' };
  /** `of`: which conversations the format that was read off the template writes as it does. */
  BY_OWN_TEMPLATE: { readonly of: 'all' | 'without notes' | 'with notes' };
  BY_MARKS_IN_TEMPLATE: { readonly marks: readonly string[]; readonly how: 'so' | 'otherwise' | 'in channels' };
  BY_VOCABULARY: { readonly marks: readonly string[]; readonly otherTemplate: boolean };
  /** `architecture`: where it fits the name. */
  BY_NAME: { readonly name: string; readonly architecture: string | null };
  BY_THINKING: { readonly mark: string };
  BY_NOTHING: None;
  /** Why a template cannot be said as turns; `said`: what it says itself, where it refuses. */
  BY_ODD_TEMPLATE: { readonly how: 'refuses' | 'endless' | 'rewrites' | 'irregular'; readonly said: string | null };
}

/** What `paphos verify` finds wrong with a model that opens. */
export interface VerifyFaults {
  HEAD_CHANGED: None;
  COUNTS_DIFFER: None;
  NO_PROBABILITIES: None;
  WORSE_THAN_CHANCE: { readonly perplexity: number; readonly vocabulary: number };
}

/** How a turn is not as it was saved. `at`: when the entry was made, as ISO 8601. */
export type TurnProblem =
  | { readonly of: 'row' | 'edit' | 'next' | 'parent' }
  | { readonly of: 'history' | 'length'; readonly found: number; readonly expected: number }
  | { readonly of: 'entry'; readonly seq: number; readonly at: string }
  | { readonly of: 'unreadable'; readonly why: string };

/** What `paphos check` finds in a data folder. */
export interface CheckFaults {
  CHECK_CHARACTER: { readonly name: string };
  /** `problem`: of the file that a character names. */
  CHECK_ASSET: { readonly problem: 'missing' | 'changed' };
  CHECK_NO_STORE: { readonly folder: string };
  CHECK_LOG: None;
  CHECK_UNFINISHED: None;
  CHECK_UNREADABLE: { readonly why: string };
  CHECK_STRUCTURE: { readonly finding: string };
  CHECK_ORPHAN: { readonly table: string; readonly parent: string };
  CHECK_STORY: { readonly title: string };
  CHECK_CHAPTER: { readonly title: string };
  CHECK_BEGINNING: { readonly title: string };
  CHECK_TURN: { readonly turn: number; readonly chapter: string; readonly problem: TurnProblem };
  CHECK_REPLY: None;
  CHECK_CANDIDATES: None;
  CHECK_NOTE: None;
  CHECK_WORDS: { readonly title: string };
  CHECK_JOB: None;
  CHECK_SETTING: { readonly key: string };
}

/** Models as the studio keeps and loads them. */
export interface ModelFaults {
  NO_MODEL: None;
  NO_MODEL_FILE: { readonly path: string };
  /** A folder of models lies on a disk that does not answer. */
  FOLDER_SILENT: { readonly folder: string };
  /** Another file of this name lies in the models folder. */
  MODEL_NAME_TAKEN: { readonly name: string };
  /** `more`: so many others lie beside it. */
  MODEL_TOO_DEEP: { readonly file: string; readonly more: number };
  WEIGHTS_NOT_READ: { readonly file: string; readonly more: number; readonly kind: 'safetensors' | 'pytorch' };
  NO_FORMAT: { readonly name: string };
  NO_FORMAT_OF_UNREADABLE: None;
  /** It ended the engine twice in a row. */
  ASIDE: None;
  DRAFT_GONE: None;
  ADAPTER_GONE: None;
}

/** Long work. */
export interface JobFaults {
  /** What is done, for a list of jobs. */
  JOB_READS_MODEL: { readonly name: string };
  JOB_MAKES_BACKUP: None;
  JOB_CHECKS_LIBRARY: None;
  JOB_REPAIRS_LIBRARY: None;
  JOB_GONE: None;
  JOB_KIND: None;
  /** A model file is another one than when its reading began. */
  REPLACED_IN_READING: None;
}

/** What a reply was written with, where it is not so now. */
export type Difference =
  | { readonly of: 'file'; readonly model: string }
  | { readonly of: 'model'; readonly once: string; readonly now: string }
  | { readonly of: 'format'; readonly once: string; readonly now: string }
  /** Its prompt began with a date that was not kept. */
  | { readonly of: 'head' }
  /** What was sent beside the turns. */
  | { readonly of: 'beside' }
  | { readonly of: 'context'; readonly once: number; readonly now: number }
  | { readonly of: 'promptChunk'; readonly once: number; readonly now: number }
  | { readonly of: 'gpuLayers' | 'device' | 'keyCache' | 'adapters' | 'draft' | 'lookup' | 'fastSlide' | 'build' };

/** Stories and replies. */
export interface WritingFaults {
  /** Another window writes the story. */
  READ_ONLY: None;
  NOT_HELD: None;
  BUSY: None;
  NOTHING_WRITTEN: None;
  NOTHING_TO_CONTINUE: None;
  /** Of another reply. */
  ID_TAKEN: None;
  /** The turn that was meant is in another branch by now. */
  CHANGED_ELSEWHERE: None;
  REPLY_GONE: None;
  /** The person wrote into a reply, which goes on all the same. */
  REPLY_GOES_ON: None;
  /**
   * No fault: how a reply ended that had more to say. `tokens`: null where it is not known how many it wrote;
   * `leftOut`: so many words behind the last whole sentence were taken away.
   */
  CUT_SHORT: { readonly by: 'length' | 'window'; readonly tokens: number | null; readonly leftOut: number };
  /** Paphos ended while the store did not take the last words of so many. */
  REPLY_CUT_OFF: { readonly replies: number };
  UNKNOWN_REPLY: None;
  /** A note of a story has other words by now than those that were read. */
  NOTE_CHANGED: None;
  NOT_THE_SAME: { readonly differences: readonly Difference[] };
}
