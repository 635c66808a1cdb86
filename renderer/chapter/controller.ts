import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { GenerationStats, StopReason } from '../../shared/contract/writing.ts';
import type { Role } from '../../shared/document/turn.ts';
import type { CopyForm } from './copied-text.ts';
import type { ParagraphLength } from './paragraphs.ts';

export type { StudioApi } from '../../shared/contract/index.ts';

/** `saved` only after the studio's acknowledgement of everything that is on the page. */
export type SaveState = 'saved' | 'saving' | 'offline' | 'failed';

export interface GenerationState {
  readonly id: string;
  readonly turnId: string;
  /**
   * Waiting for its model, which is loaded to `progress` (0 to 1, null while nothing is known), or for another reply;
   * reading the prompt (`done` of `total` tokens), then writing (`words` so far).
   */
  readonly phase: 'waiting' | 'reading' | 'writing';
  readonly progress: number | null;
  readonly done: number;
  readonly total: number;
  readonly reused: number;
  readonly words: number;
}

/** A turn is the `number`-th (from 1) of `count` alternates; one of the others goes on for `more` turns. */
export interface AlternatesState {
  readonly turnId: string;
  readonly number: number;
  readonly count: number;
  readonly more: number;
}

/** The turn whose menu is opened, as it stands then. */
export interface TurnMenuTarget {
  readonly turnId: string;
  readonly role: Role;
  readonly speaker: string | null;
  readonly alternates: AlternatesState | null;
  /** It waits for the person to write into it, so that there is nothing to delete. */
  readonly isReady: boolean;
  readonly label: string;
}

/** Whether an action would do something now; `why` is a sentence for a tooltip. */
export interface Possible {
  readonly ok: boolean;
  readonly why: string | null;
}

/** What can be done about what is told. */
export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
  /** It has come about another way: what is told is no longer so. */
  readonly isDone?: () => boolean;
}

/** Look for something, or for something to replace; go to where it is next, or was last. */
export type FindAsk = 'find' | 'replace' | 'next' | 'previous';

/** Something that the person should hear once; `key` grows with each. */
export interface Notice {
  readonly key: number;
  readonly kind: 'info' | 'error';
  readonly message: string;
  readonly detail: string | null;
  readonly action: NoticeAction | null;
}

export interface ChapterState {
  readonly loading: boolean;
  readonly loadFault: StudioFault | null;
  /** Turns whose text was not the one that was saved when the chapter was opened. */
  readonly damaged: readonly string[];
  readonly save: SaveState;
  readonly saveFault: StudioFault | null;
  /**
   * Of a page that only reads: `now` while it goes along with the studio, else the moment (ms) whose text it shows.
   * Null where it writes, or holds what is not saved.
   */
  readonly asOf: 'now' | number | null;
  /** Another branch was asked for and is not shown yet: what is typed meanwhile belongs to it. */
  readonly turning: boolean;
  readonly generation: GenerationState | null;
  /** Alternates that are being written where the page does not show them, or that are still to come. */
  readonly others: number;
  readonly lastGeneration: {
    readonly turnId: string;
    readonly reason: StopReason;
    readonly stats: GenerationStats | null;
    readonly fault: StudioFault | null;
  } | null;
  readonly caretTurnId: string | null;
  readonly caretOffset: number;
  /** Something of the text is chosen. */
  readonly selects: boolean;
  /** Of the nearest model turn at or before the caret, which Retry and the arrows mean. */
  readonly alternates: AlternatesState | null;
  readonly canReply: Possible;
  readonly canContinue: Possible;
  readonly canRetry: Possible;
  readonly words: number;
  /** Of the paragraph in which the caret stands. */
  readonly paragraph: ParagraphLength;
  /**
   * What `writing.plan` should be asked for; changes only when a new plan could differ. `revision` counts saved
   * changes.
   */
  readonly planTarget: { readonly turnId: string | null; readonly revision: number };
  readonly readOnly: boolean;
  readonly notice: Notice | null;
}

/** The handle that the shell holds; stable for the life of one open chapter. */
export interface ChapterController {
  getState(): ChapterState;
  /** Calls back after each change of state; answers with the way to stop. Fits `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void;
  /** `count`: so many answers, one beside the other. */
  reply(count?: number): Promise<void>;
  /** One of the cast answers what stands at the end. */
  answerAs(characterId: string): Promise<void>;
  /** A turn of the person's, or the rest of it, which the model writes. */
  writeForMe(): Promise<void>;
  /** Without a turn: where the caret is; of a turn: at its end. */
  continue(turnId?: string): Promise<void>;
  /**
   * Without a turn: the nearest model turn at or before the caret. Without a count: as many as a Retry writes by
   * itself.
   */
  retry(turnId?: string, count?: number): Promise<void>;
  /**
   * Makes the last reply in a turn once more, from its own seed and settings, as an alternate; says whether it became
   * the same. Without a turn: as Retry.
   */
  again(turnId?: string): Promise<void>;
  /** Says the n-th thing (from 1) that the last reply offers, just as it stands there, and asks for the answer. */
  takeOption(place: number): Promise<void>;
  /** The last reply offers an n-th thing. */
  hasOption(place: number): boolean;
  /** Ends what is written on the page. */
  stop(): Promise<void>;
  /** Ends the alternates too. */
  stopAll(): Promise<void>;
  previousAlternate(turnId?: string): Promise<void>;
  nextAlternate(turnId?: string): Promise<void>;
  setRole(turnId: string, role: Role): void;
  setSpeaker(turnId: string, speaker: string | null): void;
  addNoteBefore(turnId: string): void;
  removeTurn(turnId: string): void;
  /** Lets the person write in a turn where it stands. */
  editTurn(turnId: string): void;
  /** Ends the page behind a turn: what follows it stays beside what is written next. */
  branchAt(turnId: string): Promise<void>;
  /** Ends the page behind the last fork before the caret, where something else can be chosen. */
  returnToFork(): Promise<void>;
  hasFork(): boolean;
  /** What a reader reads of a turn. */
  turnText(turnId: string): string;
  /** What the person has chosen of the text. */
  selected(form: CopyForm): string;
  /** Makes several paragraphs of the one in which the caret stands, as one step of undo. */
  breakParagraph(): void;
  /** The first words of a turn on the page, on one line; empty where there is none. */
  excerpt(turnId: string, length: number): string;
  focus(): void;
  /** Writes at the caret what the person has typed; false where the page does not take it yet. */
  type(text: string): boolean;
  revealTurn(turnId: string): void;
  highlightTurn(turnId: string | null): void;
  undo(): void;
  redo(): void;
  find(ask: FindAsk): void;
  /** Once nothing is under way: whether the page still shows what the studio has. */
  isCurrent(): Promise<boolean>;
  /** Resolves when everything on the page is acknowledged; rejects when that is not possible now. */
  flush(): Promise<void>;
  /** All that this page holds of chapters, with marks: of this one, and of those that were left and are not saved. */
  held(): string;
}
