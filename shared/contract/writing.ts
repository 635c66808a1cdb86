import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { Op, TreeTurn } from '../document/turn.ts';
import type { Ledger } from '../prompt/types.ts';
import type { Sampling } from '../settings/sampling.ts';
import type { LeftOut } from '../text/whole-sentences.ts';
import type { StudioFault } from '../faults/studio-fault.ts';
import { change, id } from './common.ts';

export interface ChangeAck {
  readonly structureRev: number;
  readonly versions: Readonly<Record<string, number>>;
}

export const MOST_ALTERNATES = 4;

const replyKind = z.enum(['reply', 'continue', 'retry', 'again', 'impersonate']);
export type ReplyKind = z.infer<typeof replyKind>;

/**
 * `reply` answers after `turnId` (a new turn; an alternate when that turn has a tail); `retry` makes an alternate of
 * `turnId`; `continue` writes on in `turnId` at `offset`; `again` makes the last reply in `turnId` once more, cold,
 * with its own seed and settings, as an alternate. It fails with UNKNOWN_REPLY where none is recorded, and with
 * NOT_THE_SAME where another model or other settings would write it. `impersonate` writes a turn of the person's, or
 * goes on in theirs at the end. `speakerId`: who of the cast answers, also behind a model turn; null: whoever is next.
 * `cold`: the whole prompt is read anew, so that the same settings and seed give the same reply, always.
 * `generationId` and `newTurnId`, of the turn that it may make, are the asker's: asked again with the same generation,
 * it is the same generation. `count`: so many answers to the same prompt, the others beside the first, one after the
 * other. Alternates that nobody looks at end where another reply is asked for.
 */
const generate = z.object({
  generationId: id,
  newTurnId: id,
  chapterId: id,
  kind: replyKind,
  turnId: id.nullable(),
  offset: z.number().int().min(0).nullable(),
  speakerId: id.nullable().default(null),
  count: z.number().int().min(1).max(MOST_ALTERNATES).default(1),
  cold: z.boolean().default(false),
});

/** The stream goes into `turnId` at `offset` of its text; `alternatesLeft`: so many more are written after it. */
export interface RunningGeneration {
  readonly generationId: string;
  readonly turnId: string;
  readonly offset: number;
  readonly alternatesLeft: number;
}
/** The turn of a reply that is made again, as far as that reply went, and how it ended. */
export interface FirstReply {
  readonly turnId: string;
  readonly text: string;
  readonly reason: StopReason;
}
/**
 * `ops` were applied by the studio to the tree: the client applies the same. `first`: only where a reply is made again.
 */
export interface GenerationStart extends RunningGeneration {
  readonly structureRev: number;
  readonly ops: readonly Op[];
  readonly first?: FirstReply;
}

export interface GenerationStats {
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly tokens: number;
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly seed: number;
  /** Tokens that were guessed ahead; left out where nothing guesses. */
  readonly guesses?: { readonly right: number; readonly wrong: number };
}
export type StopReason = 'end' | 'stop' | 'length' | 'stopped' | 'window' | 'error';
export type GenerationEvent =
  /**
   * It has to wait: for its model, which is loaded to that share (0 to 1, null while nothing is known), or for another
   * reply (null).
   */
  | { readonly type: 'waiting'; readonly seq: number; readonly progress: number | null }
  | {
      readonly type: 'reading';
      readonly seq: number;
      readonly done: number;
      readonly total: number;
      readonly reused: number;
    }
  | { readonly type: 'text'; readonly seq: number; readonly text: string }
  /**
   * `offset`: where the span began in the end, after edits before it; `text` the whole span; `leftOut`: what of it was
   * left out of the turn again, by its place in the turn's text; `version` and `hash` are of the turn without it.
   * `next`: the alternate that begins now, beside what is shown.
   */
  | {
      readonly type: 'done';
      readonly seq: number;
      readonly reason: StopReason;
      /** A fault cut it off: its turn says so. */
      readonly interrupted: boolean;
      readonly version: number;
      readonly hash: string;
      readonly offset: number;
      readonly text: string;
      readonly leftOut: LeftOut | null;
      readonly stats: GenerationStats | null;
      readonly sampling: Sampling | null;
      readonly fault: StudioFault | null;
      readonly next: GenerationStart | null;
      /**
       * It ended before its first word, and the turn that was made for it was taken back: the client applies the same.
       */
      readonly undone: { readonly structureRev: number; readonly ops: readonly Op[] } | null;
    };

/** How long the next reply will take on this machine: until its first word, and how fast it comes then. */
export interface Forecast {
  readonly readMs: number;
  readonly tokensPerSecond: number | null;
}
/**
 * The prompt that a reply would send. `forecast` is null until the machine's speed with this model and context was
 * seen.
 */
export interface PlannedReply extends Ledger {
  readonly forecast: Forecast | null;
}
/**
 * A token of a reply, `at` in its text (UTF-16 units), with its probability by the model alone, before any sampler, and
 * the likeliest ones in its place.
 */
export interface WordCandidates {
  readonly at: number;
  readonly text: string;
  readonly probability: number;
  readonly others: readonly { readonly text: string; readonly probability: number }[];
}
/** `offset`: where in the turn the reply stood when it ended; edits since may have moved it. */
export interface GenerationCandidates {
  readonly generationId: string;
  readonly turnId: string;
  readonly offset: number;
  readonly words: readonly WordCandidates[];
}

export type Hold = { readonly role: 'writer' | 'reader' };

/**
 * A reply that ended at the length limit, or where the window was full; `tokens`: that it wrote; `unfinished`: a
 * sentence that it had begun, by its place in the turn's text with all of it; `isLeftOut`: the turn has the text
 * without that.
 */
export interface CutShort {
  readonly turnId: string;
  readonly by: 'length' | 'window';
  readonly tokens: number | null;
  readonly unfinished: LeftOut | null;
  readonly isLeftOut: boolean;
}

/** What is shown of a chapter from the parent of the branch on. */
export interface ShownBranch {
  readonly structureRev: number;
  readonly path: readonly TreeTurn[];
  readonly generation: RunningGeneration | null;
  readonly cutShort: CutShort | null;
}

export const writing = {
  applyChange: oc.input(change).output(type<ChangeAck>()),
  /**
   * Shows a branch: re-points the active child and answers with every turn of the new path after the parent, texts
   * included but for the span of what is being written. `cutShort`: as where a chapter is opened. `removes`: an
   * alternate of it, which is removed with that; what is written into it stops.
   */
  activate: oc
    .input(z.object({ changeId: id, chapterId: id, turnId: id, removes: id.optional() }))
    .output(type<ShownBranch>()),
  generate: oc.input(generate).output(type<GenerationStart>()),
  follow: oc
    .input(z.object({ generationId: id, afterSeq: z.number().int().min(0) }))
    .output(eventIterator(type<GenerationEvent>())),
  /** `all`: also the alternates that wait for it. */
  stop: oc.input(z.object({ generationId: id, all: z.boolean().default(false) })).output(type<void>()),
  /**
   * The ledger of the prompt that a Reply after `turnId` (or a Continue at `offset` in it) would send; null turn: the
   * path's end. Fails with NO_ENGINE while no model is ready.
   */
  plan: oc
    .input(z.object({ chapterId: id, turnId: id.nullable(), offset: z.number().int().min(0).nullable() }))
    .output(type<PlannedReply>()),
  /**
   * What else could have been written: of one reply, or of all that were written into a turn, oldest first. Replies
   * without a record are not in the answer.
   */
  candidates: oc
    .input(z.union([z.object({ generationId: id }), z.object({ turnId: id })]))
    .output(type<readonly GenerationCandidates[]>()),
  /**
   * Holds a story for writing while the iterator is open; a second client is a reader until it takes over. A writer
   * whose connection is lost keeps it for a moment. `was`: what this client was before its connection broke.
   */
  hold: oc
    .input(z.object({ storyId: id, was: z.enum(['writer', 'reader']).optional() }))
    .output(eventIterator(type<Hold>())),
  takeOver: oc.input(z.object({ storyId: id })).output(type<void>()),
};
