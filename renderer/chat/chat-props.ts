import type { ReactNode } from 'react';
import type { ChapterSession } from '../chapter/chapter-session.ts';
import type { FindAsk, TurnMenuTarget } from '../chapter/controller.ts';

export interface ChatProps {
  readonly session: ChapterSession;
  /** What can be done with the text: it stands in the composer. */
  readonly bar: ReactNode;
  /** So much of the top is covered, in pixels. */
  readonly top?: number;
  readonly onTurnMenu: (target: TurnMenuTarget, anchor: DOMRect) => void;
  /** The person looks for something in the text. */
  readonly onFind: (ask: FindAsk) => void;
  /** The person has said what they had to say. */
  readonly onReply: () => void;
}
