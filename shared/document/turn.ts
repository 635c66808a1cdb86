/** The parts of a story. SPEC.md has the rules of the manuscript and of the tree. */
export const ROLES = ['system', 'user', 'model'] as const;
export type Role = (typeof ROLES)[number];

/** What a manuscript shows of a turn. `marked` is false only for a first turn that was written without a mark (M3). */
export interface TurnContent {
  readonly role: Role;
  readonly speaker: string | null;
  readonly marked: boolean;
  readonly text: string;
}

export interface Turn extends TurnContent {
  readonly id: string;
}

/** A turn in its tree. `text` is null where the client has not been sent it (a turn off the active path). */
export interface TreeTurn {
  readonly id: string;
  readonly parentId: string | null;
  readonly activeChildId: string | null;
  /** Place among its siblings, by creation: unique and growing within a chapter. */
  readonly order: number;
  readonly role: Role;
  readonly speaker: string | null;
  readonly marked: boolean;
  readonly text: string | null;
  /** Counts every applied change of the turn; what a change expects and what is acknowledged. */
  readonly version: number;
  readonly interrupted: boolean;
  /** What `restore` puts back; null while the turn lives. `seq` grows with every removal. */
  readonly tombstone: {
    readonly seq: number;
    readonly children: readonly string[];
    readonly wasActive: boolean;
  } | null;
  /**
   * The latest order or seq when it was last restored. Only in memory: it lets an undo tell what stands in a removed
   * turn's place from a branch.
   */
  readonly restoredAt?: number | undefined;
}

/** All turns of a chapter, removed ones included. */
export interface TurnTree {
  readonly activeRootId: string | null;
  readonly turns: ReadonlyMap<string, TreeTurn>;
}

/**
 * One step on the tree; a change is a list of them, applied in order and as one. `insert … chain` puts the turn between
 * `after` and its child group; `alternate` adds a sibling with an empty tail and activates it; `beside` adds one and
 * goes on showing what is shown. `setText` replaces `del` UTF-16 units at `at` by `ins`. `activate` with null ends the
 * path at the parent. `restore` puts a turn back where it was, or with `after` behind that turn (null: at the start)
 * and before what is shown there.
 */
export type Op =
  | {
      readonly op: 'insert';
      readonly turn: Turn;
      readonly after: string | null;
      readonly as: 'chain' | 'alternate' | 'beside';
    }
  | {
      readonly op: 'setText';
      readonly turnId: string;
      readonly version: number;
      readonly at: number;
      readonly del: number;
      readonly ins: string;
    }
  | { readonly op: 'setRole'; readonly turnId: string; readonly role: Role; readonly marked: boolean }
  | { readonly op: 'setSpeaker'; readonly turnId: string; readonly speaker: string | null }
  | { readonly op: 'remove'; readonly turnId: string }
  | { readonly op: 'restore'; readonly turnId: string; readonly after?: string | null | undefined }
  | { readonly op: 'activate'; readonly parentId: string | null; readonly turnId: string | null };

/** Whether an op moves turns: such changes count up the chapter's structureRev. */
export function isStructural({ op }: Op): boolean {
  return op === 'insert' || op === 'remove' || op === 'restore' || op === 'activate';
}

export interface Change {
  readonly changeId: string;
  readonly chapterId: string;
  readonly structureRev: number;
  readonly ops: readonly Op[];
}
