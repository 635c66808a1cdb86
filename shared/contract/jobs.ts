import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { StudioFault } from '../faults/studio-fault.ts';
import { id } from './common.ts';

/** `interrupted`: the studio ended before it did. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export interface JobProgress {
  readonly done: number;
  /** Null while nobody knows how much it is. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'files' | 'items';
}

/** Long work, from the time it was asked for until it is cleared from the list. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  /** What is done, by a code of the catalogue. */
  readonly title: StudioFault;
  readonly state: JobState;
  readonly progress: JobProgress | null;
  /** What came of it, in a line. */
  readonly result: string | null;
  readonly fault: StudioFault | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** Tried again, it goes on where it was. */
  readonly canResume: boolean;
}

export const isEnded = ({ state }: Pick<Job, 'state'>): boolean => state !== 'waiting' && state !== 'running';

export const jobs = {
  /** All of them, the newest first, now and whenever something has changed. */
  watch: oc.output(eventIterator(type<readonly Job[]>())),
  cancel: oc.input(z.object({ id })).output(type<void>()),
  /** Does again, or goes on with, what has ended without being done. */
  restart: oc.input(z.object({ id })).output(type<void>()),
  /** Takes one that has ended from the list; without an id, all that have. */
  forget: oc.input(z.object({ id: id.nullable() })).output(type<void>()),
};

/** What the studio did and what went wrong, for whoever looks for a cause. */
export const log = {
  /** The newest lines of its log, the oldest of them first. */
  tail: oc.output(type<readonly string[]>()),
  /** What goes wrong from now on where nobody waits for an answer. */
  defects: oc.output(eventIterator(type<StudioFault>())),
};
