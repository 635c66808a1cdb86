import { eventIterator, oc, type } from '@orpc/contract';
import type { StudioFault } from '../faults/studio-fault.ts';

/** `fault`: what keeps text that the studio holds from the store; null while nothing does. */
export interface StoreState {
  readonly fault: StudioFault | null;
}

export const connection = {
  /** Answers at once: who gets no answer has a connection whose other end is gone. */
  beat: oc.output(type<void>()),
  /** Whether the store takes what it is given, now and whenever that changes. */
  store: oc.output(eventIterator(type<StoreState>())),
  /**
   * Answers with a token: whoever opens `/?token=…` with it is let in, and every other browser is out. Not in the
   * desktop.
   */
  signOutOthers: oc.output(type<string>()),
};
