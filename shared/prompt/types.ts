import type { Role } from '../document/turn.ts';

/** A piece of a prompt: a role string of the format, or text that someone wrote. See docs/protocol.md, "Text to tokens". */
export type Part = { readonly kind: 'marker' | 'text'; readonly text: string; readonly turnId: string | null };

/** A prompt format as data (F8). Strings may be empty. */
export interface PromptFormat {
  readonly name: string;
  readonly title: string;
  readonly before: Readonly<Record<Role, string>>;
  /** After a closed turn, by role. */
  readonly after: Readonly<Record<Role, string>>;
  readonly opensReply: string;
  readonly stops: readonly string[];
  /** `fold`: system text goes in front of the following user turn (F4). */
  readonly system: 'own' | 'fold';
  /** `join`: two turns of one role in a row become one, separated by a blank line (F5). */
  readonly sameRole: 'keep' | 'join';
  readonly startsWithUser: boolean;
  /** `prose`: only model turns and prose are sent, steering user turns are left out. */
  readonly kind: 'turns' | 'prose';
}

export interface PromptTurn {
  readonly id: string;
  readonly role: Role;
  readonly speaker: string | null;
  readonly text: string;
  /** A user turn that steers and is no text of the story: left out of a prose prompt. */
  readonly steers?: boolean;
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
  /** True: Continue (F6), nothing is closed and no reply opened. */
  readonly open: boolean;
  /** Tokens kept free for the reply. */
  readonly reserve: number;
  readonly contextSize: number;
  readonly cut: Cut | null;
}

export type Placement = 'in' | 'trimmed' | 'out';

/** One turn's line in the ledger. `tokens` counts what is in the prompt (its markers included); for `out` the whole turn, or null if not counted yet. */
export interface LedgerEntry {
  readonly turnId: string;
  readonly role: Role;
  readonly placement: Placement;
  readonly tokens: number | null;
  /** `head`: always first; `recent`: fits; `older`: before the window; `long`: trimmed at its head; `steering`: not sent in a prose chapter; `empty`. */
  readonly reason: 'head' | 'recent' | 'older' | 'long' | 'steering' | 'empty';
  /** True if a role word that somebody typed was neutralised in the prompt. */
  readonly neutralised: boolean;
}

/** The accounted prompt. `entries` in story order; their tokens (in, trimmed) plus `overhead` (BOS, the opened reply) equal `total`. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly total: number;
  readonly overhead: number;
  readonly reserve: number;
  readonly contextSize: number;
  readonly cut: Cut | null;
  /** Tokens of the prompt that the engine has not evaluated yet. */
  readonly toRead: number;
}

export interface Plan {
  readonly ledger: Omit<Ledger, 'toRead'>;
  readonly tokens: readonly number[];
  readonly prompt: string;
  /** How many of `tokens` are BOS and head: the same ids at the start of every prompt with this head. */
  readonly headTokens: number;
}

/** What planning needs of a vocabulary. Synchronous; implemented by the engine and by tests. */
export interface Tokenizer {
  readonly bos: number | null;
  readonly kind: 'bpe' | 'spm';
  /** Plain text to ids: control tokens are never produced, no BOS. With SentencePiece `leadingSpace: false` removes the space that it puts before a text (default: true). */
  tokenize(text: string, leadingSpace?: boolean): number[];
  /** The id if exactly this string is one token of the vocabulary. */
  special(text: string): { readonly id: number; readonly kind: 'control' | 'user-defined' } | null;
  /** Exact bytes of a token; control tokens give none. */
  bytes(token: number): Uint8Array;
  /** All user-defined tokens' texts: these match inside plain text and must be split where a person typed them. */
  readonly userDefined: readonly string[];
}
