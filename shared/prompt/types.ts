import type { Role } from '../document/turn.ts';

/**
 * A piece of a prompt: a role string of the format, or text that someone wrote. See docs/protocol.md, "Text to tokens".
 */
export type Part = { readonly kind: 'marker' | 'text'; readonly text: string; readonly turnId: string | null };

/** What stands around the thinking of a model. */
export interface ReasoningMarks {
  readonly open: string;
  readonly close: string;
}

export type Trim = 'none' | 'start' | 'end' | 'both';

/** A prompt format as data (F8). Strings may be empty. */
export interface PromptFormat {
  readonly name: string;
  readonly title: string;
  /** Once, in front of everything but BOS. */
  readonly begins?: string | undefined;
  /**
   * What the makers put in front of every conversation: `alone` where no system turn leads, else what stands around
   * those that do, in place of their own marks (F13).
   */
  readonly preface?: { readonly alone: string; readonly before: string; readonly after: string } | undefined;
  /** The date that a model's own template told when it was run, where its marks hold that (F14). */
  readonly date?: string | undefined;
  readonly before: Readonly<Record<Role, string>>;
  /** After a closed turn, by role. */
  readonly after: Readonly<Record<Role, string>>;
  readonly opensReply: string;
  readonly stops: readonly string[];
  /**
   * `fold`: system text goes in front of the following user turn; `wrap`: so it does, between the marks for system
   * turns; `last`: the system text that leads goes in front of the last user turn (F4).
   */
  readonly system: 'own' | 'fold' | 'wrap' | 'last';
  /** `join`: two turns of one role in a row become one, separated by a blank line (F5). */
  readonly sameRole: 'keep' | 'join';
  readonly startsWithUser: boolean;
  /** At which ends of a turn white space is left out (F11); default: at none. */
  readonly trim?: Trim | undefined;
  /** Why: the makers' tokenizer leaves it out beside its marks, or their chat template does. */
  readonly trimmedBy?: 'tokenizer' | 'template' | undefined;
  /** `prose`: only model turns and prose are sent, steering user turns are left out. */
  readonly kind: 'turns' | 'prose';
  /** Its makers taught its marks as ordinary text: that they are no tokens is as it should be. */
  readonly marksAreText?: boolean | undefined;
  /** For models that think before they answer. `opensReply` may end with the open mark. */
  readonly reasoning?: ReasoningMarks | undefined;
  /** When its makers would write who speaks in front of what they say (F15); default: in groups. */
  readonly names?: WritesNames | undefined;
}

export type WritesNames = 'never' | 'groups' | 'always';

export interface PromptTurn {
  readonly id: string;
  readonly role: Role;
  readonly speaker: string | null;
  readonly text: string;
  /** A user turn that steers and is no text of the story: left out of a prose prompt. */
  readonly steers?: boolean;
  /** Written in front of its text (F15). */
  readonly name?: string;
  /** It stands in the same turn of the prompt as the text before it, a blank line between (W18). */
  readonly joins?: boolean;
}

/** What a text beside the turns was written into: a note of the story, or a field of a card. */
export type Field =
  | 'memory'
  | 'authorsNote'
  | 'postHistory'
  | 'system'
  | 'persona'
  | 'description'
  | 'personality'
  | 'scenario'
  | 'example'
  | 'depthPrompt';

/** A text beside the turns, its macros resolved. Its id is no turn's; `of`: whose card it is of. */
interface Beside {
  readonly id: string;
  readonly field?: Field;
  readonly of?: string;
  readonly text: string;
  /** It tells the time, which is another one with each reply. */
  readonly hasClock?: boolean;
}

/**
 * A text of the head: in `front` of the system turns that lead, or `behind` them. An `example` stands behind all of
 * those, and leaves first when room is short (W19).
 */
export interface HeadText extends Beside {
  readonly place: 'front' | 'behind' | 'example';
}

/** Text that stands at a depth: before the `depth`-th newest turn; 0: at the end, before the reply opens. */
export interface PromptNote extends Beside {
  readonly role: Role;
  readonly depth: number;
}

/** Who speaks where names are written (F15): the reply is opened with the `speaker`, and the others end it. */
export interface PromptNames {
  readonly speaker: string | null;
  readonly others: readonly string[];
}

/** Where a window begins: a turn of the body and an offset (UTF-16 units) in its text. Stored with each generation. */
export interface Cut {
  readonly turnId: string;
  readonly offset: number;
}

export interface PlanRequest {
  readonly format: PromptFormat;
  /** Active path, oldest first. With `open`, the last one is the model turn that is continued. */
  readonly turns: readonly PromptTurn[];
  /** In their order. */
  readonly head?: readonly HeadText[];
  readonly notes?: readonly PromptNote[];
  readonly names?: PromptNames;
  /** True: Continue (F6), nothing is closed and no reply opened. */
  readonly open: boolean;
  /** Tokens kept free for the reply. */
  readonly reserve: number;
  readonly contextSize: number;
  readonly cut: Cut | null;
}

/** What a segment of a prompt is made from. */
export type Source =
  | { readonly kind: 'turn'; readonly id: string }
  | { readonly kind: 'note'; readonly id: string; readonly field?: Field; readonly of?: string };
/**
 * `neutralised`: a role word that somebody typed is no role (F8); `trimmed`: white space at its ends is left out (F11);
 * `normalised`: its characters are those that the vocabulary makes of them (F12); `clock`: it stands in the head and
 * tells the time (F19).
 */
export type TextChange = 'neutralised' | 'trimmed' | 'normalised' | 'clock';
export type Placement = 'in' | 'trimmed' | 'out';

/** One source's line in the ledger. */
export interface Segment {
  readonly source: Source;
  readonly role: Role;
  readonly placement: Placement;
  /** What is in the prompt, its markers included; for `out` the whole text, or null if not counted yet. */
  readonly tokens: number | null;
  /** Index of its first token in the prompt; null if it has none there. */
  readonly at: number | null;
  /**
   * `head`: always first; `example`: in the head while there is room; `note`: at its depth; `recent`: fits; `anchor`:
   * what the window's first turn answers; `long`: trimmed at its head; `older`: before the window; `steering`: not sent
   * in a prose chapter; `empty`.
   */
  readonly reason: 'head' | 'example' | 'note' | 'recent' | 'anchor' | 'long' | 'older' | 'steering' | 'empty';
  /** How the prompt differs from what stands in the story. */
  readonly changes: readonly TextChange[];
}

/**
 * The accounted prompt. `segments` in story order; their tokens (in, trimmed) plus `overhead` (BOS, the opened reply)
 * equal `total`.
 */
export interface Ledger {
  readonly segments: readonly Segment[];
  readonly total: number;
  readonly overhead: number;
  /** What head and notes leave to the turns, and the least that a reply needs of it (W16). */
  readonly room: number;
  readonly leastRoom: number;
  readonly reserve: number;
  readonly contextSize: number;
  readonly cut: Cut | null;
  /** The end of the text that is gone on with, where it is left to the reply, which begins with it (F10). */
  readonly heldBack: string;
  /** The date that its marks tell the model (F14). */
  readonly date: string | null;
  /** Tokens of the prompt that the engine has not evaluated yet. */
  readonly toRead: number;
}

export interface Plan {
  readonly ledger: Omit<Ledger, 'toRead'>;
  readonly tokens: readonly number[];
  /** What the reply has to begin with, and is no part of it, in the tokens that it would have had here (F10). */
  readonly heldBack: readonly number[];
  /** The whole text, with what is held back. */
  readonly prompt: string;
  /** How many of `tokens` are BOS and head: the same ids at the start of every prompt with this head. */
  readonly headTokens: number;
}

/** What planning needs of a vocabulary. Synchronous; implemented by the engine and by tests. */
export interface Tokenizer {
  readonly bos: number | null;
  readonly kind: 'bpe' | 'spm';
  /**
   * Plain text to ids: control tokens are never produced, no BOS. With SentencePiece `leadingSpace: false` removes the
   * space that it puts before a text (default: true).
   */
  tokenize(text: string, leadingSpace?: boolean): number[];
  /** A text in the characters that the makers' tokenizer puts it into before it cuts it into tokens (F12). */
  normalise(text: string): string;
  /** The id if exactly this string is one token of the vocabulary. */
  special(text: string): { readonly id: number; readonly kind: 'control' | 'user-defined' } | null;
  /** Exact bytes of a token; control tokens give none. */
  bytes(token: number): Uint8Array;
  /**
   * Where the longest token ends that may begin at a place of a text, as `spell` writes it; Infinity if one goes on
   * behind the text.
   */
  reach(text: string, at: number): number;
  /** All user-defined tokens' texts: these match inside plain text and must be split where a person typed them. */
  readonly userDefined: readonly string[];
}
