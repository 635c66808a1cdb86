import type { ChapterSession } from '../chapter/chapter-session.ts';
import type { TurnMenuTarget } from '../chapter/controller.ts';

/** How the page shows its text and takes what is typed. */
export interface PageView {
  /** The lines that say whose turn begins stand there as text. */
  readonly showMarks: boolean;
  /** An ordinary text field takes the keys, which some screen readers and input methods need. */
  readonly plainInput: boolean;
  /** So much of the foot of the page is covered, in pixels. */
  readonly foot: number;
  /** So much of its top is covered, in pixels, beside what finds in it. */
  readonly top: number;
}

export interface ManuscriptProps extends Partial<PageView> {
  readonly session: ChapterSession;
  readonly title: string;
  readonly onTurnMenu: (target: TurnMenuTarget, anchor: DOMRect) => void;
  readonly onRename: (title: string) => void;
}
