import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { AlternatesState, ChapterController, FindAsk } from './controller.ts';
import type { ChapterText, Touched } from './chapter-text.ts';
import type { PageChange, Place, Stretch, TextSource } from './text-source.ts';

/** An edit of the text. */
export interface Replacement extends Stretch {
  readonly text: string;
}

export interface FaultAction {
  readonly label: string;
  readonly run: () => void;
}

/** The text of a view. `version` is equal for equal states of its undo history. */
export interface ViewText extends TextSource {
  readonly version: number;
  /** The ids that its turns had at each version. */
  readonly past: Map<number, readonly string[]>;
}

/** The text of a view that was left, with its undo history. */
export interface KeptText extends Pick<ViewText, 'past'> {
  dispose(): void;
}

/** What stands at the top of a view: a place, and so many pixels of its line above the edge. */
export interface Sight {
  readonly from: Place;
  readonly above: number;
}

/** The text of a chapter with its undo history, which outlives the views that show it. */
export interface EditableText extends ViewText {
  /** An edit that can be undone. It joins the open undo step. */
  replace(edit: Replacement): void;
  /** The next edit begins an undo step of its own. */
  closeStep(): void;
  undo(): void;
  redo(): void;
  /** Tells of every change; answers with the way to stop. */
  onChange(told: (change: PageChange) => void): () => void;
  /** What stays of it when the chapter is left. */
  keep(): KeptText;
}

/** Shows the text of a chapter in a view. */
export type MakeView = (text: EditableText, chapter: ViewedChapter) => ChapterView;

/**
 * What a chapter needs of the view that shows it. The view owns the text, the caret and the undo history; it tells the
 * chapter of every change of the text (`ViewedChapter.changed`), its own undos and redos and the chapter's edits
 * included.
 */
export interface ChapterView extends ViewText {
  /** The line of a mark that the person is still writing, which the chapter leaves as it is. */
  readonly openMark: number | null;

  /**
   * An edit that can be undone. It joins the open undo step, and leaves caret and selections at the text where they
   * were.
   */
  replace(edit: Replacement): void;
  /** The next edit begins an undo step of its own. */
  closeStep(): void;
  undo(): void;
  redo(): void;

  caret(): Place;
  /** What the person has chosen of the text; empty where there is only a caret. */
  selections(): readonly Stretch[];
  /** Not told of as the person's. */
  select(part: Stretch): void;
  /** Not told of as a move of the person's. */
  putCaret(place: Place): void;
  focus(): void;
  /** As if the person's keys had written it. */
  type(text: string): void;

  sight(): Sight;
  /** Scrolls back to what was in sight. */
  look(sight: Sight): void;
  /** Whether a place can be seen, or is just about to come into sight. */
  isNearSight(place: Place): boolean;
  /** Brings a place into sight, moving the text no more than that needs. */
  bring(place: Place): void;
  /** Does something to the text that leaves what is in sight where it is. */
  keepSight(work: () => void): void;
  /** Brings the beginning of a turn into sight, with the caret. */
  revealTurn(turnId: string): void;
  /** Lets the person write in a turn. */
  editTurn(turnId: string): void;
  highlightTurn(turnId: string | null): void;
  /** Shows which part of the text is being written; null: none. */
  markStream(part: Stretch | null): void;
  /** Tells how long it took to draw what was written last, in milliseconds. */
  whenDrawn(told: (ms: number) => void): void;

  /** Shows what went wrong, below a line, which is asked for whenever the text moves. */
  showFault(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void;
  hideFault(): void;

  find(ask: FindAsk): void;
  setReadOnly(readOnly: boolean): void;
  /** What stands around the text may have changed: alternates, whether they can be chosen, an empty turn that waits. */
  refresh(): void;
  /** Takes the view down; its text can be shown again. */
  leave(): void;
}

/** What a view needs of the chapter that it shows. */
export interface ViewedChapter {
  readonly document: ChapterText;
  readonly controller: ChapterController;
  /** No alternate can be chosen now. */
  readonly isLocked: boolean;
  alternates(turnId: string): AlternatesState | null;

  /** The text has changed; answers with what of it has to be drawn anew. */
  changed(change: PageChange): Touched;
  /** Changes the text as the person asked, as one undo step. */
  perform(work: () => void): void;
  /** The person is about to change the text: by what they type, or by a command. */
  willEdit(by: 'typing' | 'command'): void;
  caretMoved(byPerson: boolean): void;
  scrolled(): void;
  /** The person has finished or left the mark that they were writing. */
  markClosed(): void;
  /** Joins the turn at this place to the one before. */
  join(index: number): void;
  /** The person has turned to something else. */
  left(): void;
  /** An empty turn at the end, in which the person can write while the one before it is still written. */
  makeRoom(): void;
  /** The person has read what went wrong. */
  dismissFault(): void;
}
