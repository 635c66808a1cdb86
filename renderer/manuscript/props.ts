import type { ChapterController, StudioApi, TurnMenuTarget } from '../chapter/controller.ts';
import type { Whereabouts } from '../chapter/whereabouts.ts';

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
  readonly chapterId: string;
  readonly title: string;
  readonly api: StudioApi;
  readonly readOnly?: boolean;
  /** How many alternates a Retry writes. */
  readonly retries?: number;
  /** Where the person was last. */
  readonly place: Whereabouts | null;
  readonly onPlace: (place: Whereabouts) => void;
  /** The person wanted to write where another page writes. */
  readonly onRefused?: () => void;
  /** Called with the controller when the chapter is on the page, and with null when it leaves. */
  readonly onController: (controller: ChapterController | null) => void;
  readonly onTurnMenu: (target: TurnMenuTarget, anchor: DOMRect) => void;
  readonly onRename: (title: string) => void;
}
