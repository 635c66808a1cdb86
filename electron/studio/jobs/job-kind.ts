import type { ZodType } from 'zod';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { JobProgress } from '../../../shared/contract/jobs.ts';

/** What a job is given to work with. */
export interface JobTools {
  /** Aborts when the job is cancelled, and when the studio closes. */
  readonly signal: AbortSignal;
  /** What its last checkpoint said; null at its beginning, and where it cannot be resumed. */
  readonly from: unknown;
  progress(now: JobProgress): void;
  /** Stored before it returns: after an interruption the job goes on from here. */
  checkpoint(state: unknown): void;
}

/** A sort of long work. */
export interface JobKind<P> {
  readonly kind: string;
  /**
   * Goes on by itself, from its checkpoint, when the studio was ended in it. Others are begun anew, and only if asked.
   */
  readonly resumable: boolean;
  /** What it is asked to do; read again from the store after a restart. */
  readonly params: ZodType<P>;
  title(params: P): StudioFault;
  /** Resolves with what came of it, in a line; rejects with why it cannot be done. */
  run(params: P, tools: JobTools): Promise<string | null>;
}
