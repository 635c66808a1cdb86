import { oc, type } from '@orpc/contract';

export const connection = {
  /** Answers at once: who gets no answer has a connection whose other end is gone. */
  beat: oc.output(type<void>()),
  /**
   * Answers with a token: whoever opens `/?token=…` with it is let in, and every other browser is out. Not in the
   * desktop.
   */
  signOutOthers: oc.output(type<string>()),
};
