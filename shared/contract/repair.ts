import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { StudioFault } from '../faults/studio-fault.ts';
import { id } from './common.ts';

/**
 * Where a good text was found: in what the library itself has of its turn (`at`: when it was kept; null: it is the one
 * that was saved last), or in a backup.
 */
export type TextSource =
  | { readonly of: 'history'; readonly at: number | null }
  | { readonly of: 'backup'; readonly at: number; readonly name: string };

/** `exact`: as it was saved last; `older`: the newest text that is certain to be one that was saved. */
export type RepairOutcome = 'exact' | 'older';

/** The newest good text of a damaged turn; `had`: what can be read of it now. */
export interface GoodText {
  readonly turnId: string;
  readonly outcome: RepairOutcome;
  readonly source: TextSource;
  readonly text: string;
  readonly had: string;
}

/**
 * What came of a repair: so many turns are as they were saved again, so many have an older text, and so many stay as
 * the disk has them. `rest`: of other things that are not whole; `findings`: the first of what is still damaged.
 */
export interface RepairReport {
  readonly at: number;
  readonly exact: number;
  readonly older: number;
  readonly stays: number;
  readonly rest: number;
  readonly findings: readonly StudioFault[];
}

export const repair = {
  /** Null where no good text is anywhere, and where the turn is whole. */
  look: oc.input(z.object({ turnId: id })).output(type<GoodText | null>()),
  /** Gives a damaged turn its newest good text; what the disk had stays in its history. */
  take: oc.input(z.object({ turnId: id })).output(type<GoodText | null>()),
  /** Repairs all that can be repaired, as a job; a backup is made before. */
  all: oc.output(type<void>()),
  /** What came of the last one; null before the first. */
  last: oc.output(type<RepairReport | null>()),
  /** The turns that were repaired, whenever some were. */
  repaired: oc.output(eventIterator(type<readonly string[]>())),
};
