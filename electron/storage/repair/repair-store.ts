import { constants, copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RepairReport } from '../../../shared/contract/repair.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { makeBackup } from '../backups/make-backup.ts';
import { backupsFolder } from '../backups/backup-files.ts';
import { replacedStore } from '../core/restored-file.ts';
import { syncFile } from '../core/durable.ts';
import type { WritableDB } from '../core/handle.ts';
import { readStore } from '../core/read-store.ts';
import { checkStore, type CheckResult, type Progress } from '../integrity/check.ts';
import type { Applied } from './apply-repairs.ts';
import { findRepairs, findTurns, type Repairs } from './find-repairs.ts';
import type { TurnRepair } from './turn-repair.ts';

/** What is damaged in a library, and what can be done about it. */
export interface Diagnosis {
  readonly check: CheckResult;
  readonly repairs: Repairs;
}

/** Looks through the library of a folder, which may be in use, and its backups. Takes a while: never in main's way. */
export function diagnose(dataDir: string, progress?: Progress): Diagnosis {
  const check = checkStore(dataDir, progress);
  const problems = [...check.problems, ...check.notes];
  return { check, repairs: readStore(join(dataDir, 'store.db'), (db) => findRepairs(db, { dataDir, problems })) };
}

const NOTHING: Repairs = { turns: [], chapters: [], stories: [], recounted: [], jobs: [], reindexes: false };

/**
 * What may be written, once the indexes are made anew: nothing into a file whose structure is broken beyond them, which
 * could break more of it.
 */
export const safeRepairs = ({ check, repairs }: Diagnosis): Repairs =>
  check.problems.some(({ fault: { code } }) => code === 'CHECK_STRUCTURE' || code === 'CHECK_UNREADABLE')
    ? NOTHING
    : repairs;

export const diagnoseTurn = (dataDir: string, turnId: string): TurnRepair | null =>
  readStore(join(dataDir, 'store.db'), (db) => findTurns(db, { dataDir, turnIds: [turnId] })[0] ?? null);

export const isNothing = ({ turns, chapters, stories, recounted, jobs, reindexes }: Repairs): boolean =>
  [turns, chapters, stories, recounted, jobs].every(({ length }) => length === 0) && !reindexes;

const MOST_FINDINGS = 50;

/** `after`: what a check finds when that was done. */
export function reportOf({ exact, older }: Applied, after: CheckResult, at: number): RepairReport {
  const turns = new Set(after.problems.flatMap(({ where, fault }) => (fault.code === 'CHECK_TURN' ? [where] : [])));
  return {
    at,
    exact: exact.filter((id) => !turns.has(id)).length,
    older: older.length,
    stays: turns.size,
    rest: after.problems.filter(({ fault }) => fault.code !== 'CHECK_TURN').length,
    findings: after.problems.slice(0, MOST_FINDINGS).map(({ fault }) => fault),
  };
}

/**
 * Keeps a library as it is before it is repaired, and answers with where: as a backup, and as a copy of its file
 * where a backup, for which the indexes are made anew, cannot be made or would not have all of it.
 */
export function keepBefore(db: WritableDB, dataDir: string, at: number, { reindexes }: Repairs): string[] {
  const copies = reindexes ? [copyAside(db, dataDir, at)] : [];
  try {
    return [join(backupsFolder(dataDir), makeBackup({ dataDir, at, reason: 'repair' }).name), ...copies];
  } catch (error) {
    if (!isOfDamage(error)) throw error;
    return copies.length > 0 ? copies : [copyAside(db, dataDir, at)];
  }
}

/** Whether a backup could not be made because of what the library has become. */
export const isOfDamage = (error: unknown): boolean => ['STORE_DAMAGED', 'INTERNAL'].includes(faultOf(error).code);

/** The file letter for letter, with its log where that is not in it yet. */
export function copyAside(db: WritableDB, dataDir: string, at: number): string {
  const store = join(dataDir, 'store.db');
  const kept = replacedStore(dataDir, at);
  db.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  for (const end of ['-wal', ''])
    if ((statSync(`${store}${end}`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      copyFileSync(`${store}${end}`, `${kept}${end}`, constants.COPYFILE_FICLONE);
      syncFile(`${kept}${end}`);
    }
  return kept;
}
