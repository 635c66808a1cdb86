import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { StudioFault } from '../faults/studio-fault.ts';
import { id } from './common.ts';
import type { JobProgress } from './jobs.ts';

/**
 * Why a backup was made: half an hour of work, the end of Paphos, a person's wish; before an update of the store, or
 * before another backup took its place, or damage was repaired.
 */
export const backupReason = z.enum(['work', 'start', 'quit', 'asked', 'update', 'restore', 'repair']);
export type BackupReason = z.infer<typeof backupReason>;

/** What stands in a library: stories that are not deleted, and their chapters and turns. */
export const librarySize = z.object({
  stories: z.number().int().min(0),
  chapters: z.number().int().min(0),
  turns: z.number().int().min(0),
});
export type LibrarySize = Readonly<z.infer<typeof librarySize>>;

/** The name of its file in the backups folder. */
export const backupName = z.string().regex(/^[\w-]{1,80}\.db$/);

export interface Backup {
  readonly name: string;
  /** When it was made, in milliseconds. */
  readonly at: number;
  readonly reason: BackupReason;
  readonly bytes: number;
  /** Null of one that an older version made, which wrote nothing down. */
  readonly size: LibrarySize | null;
  /**
   * `verified`: opened after it was written, every turn by its hash; `damaged`: so, and not all of it was whole;
   * `changed`: the file is not the one that was looked into; `unknown`: an older version made it.
   */
  readonly state: 'verified' | 'damaged' | 'changed' | 'unknown';
  readonly inSecondPlace: boolean;
}

export interface BackedUpStory {
  readonly id: string;
  readonly title: string;
  readonly chapters: number;
  readonly turns: number;
  readonly updatedAt: number;
  /** A story of this id is in the library now. */
  readonly isHere: boolean;
}

/** The shown branch of a chapter, as plain text. */
export interface BackedUpChapter {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** What a look through the whole library found; `findings`: the first of the problems. */
export interface LibraryCheck {
  readonly at: number;
  readonly problems: number;
  readonly findings: readonly StudioFault[];
}

/** `problems`: so many things in it are not as they were saved. */
export interface LibraryCopy {
  readonly folder: string;
  readonly problems: number;
}

export interface BackupOverview {
  readonly folder: string;
  readonly settings: BackupSettings;
  /** Why the second place cannot be looked at; null where it can, or where there is none. */
  readonly secondFault: StudioFault | null;
  /** Null before the first. */
  readonly check: LibraryCheck | null;
  /** The newest first. */
  readonly backups: readonly Backup[];
  /** Of all backups together. */
  readonly bytes: number;
}

/** `limitBytes`: for all backups together. `secondPlace`: a folder that every backup is copied to as well. */
export const backupSettingsSchema = z.object({
  limitBytes: z.number().int().min(1e8).max(1e13),
  secondPlace: z.string().min(1).max(4096).nullable(),
});
export type BackupSettings = Readonly<z.infer<typeof backupSettingsSchema>>;
export const DEFAULT_BACKUP_SETTINGS: BackupSettings = { limitBytes: 5e9, secondPlace: null };

export const backups = {
  list: oc.output(type<BackupOverview>()),
  /** Makes one now, as a job. */
  make: oc.output(type<void>()),
  /** Looks through the library itself, as a job. */
  check: oc.output(type<void>()),
  /** A second place that cannot be written is refused. */
  set: oc.input(backupSettingsSchema).output(type<void>()),
  /** The stories in a backup, the one changed last first. */
  look: oc.input(z.object({ name: backupName })).output(type<readonly BackedUpStory[]>()),
  /** What a story in a backup says. */
  read: oc.input(z.object({ name: backupName, storyId: id })).output(type<readonly BackedUpChapter[]>()),
  /** Takes a story out of a backup into the library, beside one of the same id; answers with its id and title there. */
  take: oc
    .input(z.object({ name: backupName, storyId: id }))
    .output(type<{ readonly storyId: string; readonly title: string }>()),
  /** Puts the library of a backup in place of this one, which is kept as a backup first. */
  restore: oc.input(z.object({ name: backupName })).output(type<void>()),
  /** How far that is, in turns, now and whenever it changes; null while there is none. */
  restoring: oc.output(eventIterator(type<JobProgress | null>())),
  /**
   * Makes a data folder inside `into` (an absolute path; null: the home folder) of all that the open library holds, and
   * beside it `page`, what the asking page shows.
   */
  copy: oc
    .input(z.object({ into: z.string().min(1).max(4096).nullable(), page: z.string() }))
    .output(type<LibraryCopy>()),
  /** How often the studio has done that since it started: now, and whenever it does. */
  restored: oc.output(eventIterator(type<number>())),
};
