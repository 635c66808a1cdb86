import { oc, type } from '@orpc/contract';

export const connection = {
  /** Answers at once: who gets no answer has a connection whose other end is gone. */
  beat: oc.output(type<void>()),
};
