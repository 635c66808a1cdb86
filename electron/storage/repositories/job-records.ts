import { join } from 'node:path';
import type { Job, JobProgress, JobState } from '../../../shared/contract/jobs.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, runOne, run, tables } from '../core/query.ts';
import { assertReadable } from '../core/migrate.ts';
import { readStore } from '../core/read-store.ts';
import type { JobRow } from '../core/schema.ts';

import { MIGRATIONS } from '../migrations/index.ts';
import { jobs as jobsMigration } from '../migrations/0006-jobs.ts';
import { jobTitles } from '../migrations/0009-job-titles.ts';
import { timeAfter } from '../core/time-after.ts';

/** Long work as it is kept: what a person sees of it, what it was asked for, and where it can go on. */
export interface StoredJob extends Omit<Job, 'canResume'> {
  readonly params: unknown;
  readonly checkpoint: unknown;
}

const COLUMNS: readonly (keyof JobRow)[] = [
  'id',
  'kind',
  'params',
  'title',
  'state',
  'progress',
  'checkpoint',
  'result',
  'fault',
  'created_at',
  'ended_at',
];
const allJobs = query(() => tables.selectFrom('jobs').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc'));
const newestJob = query(() => tables.selectFrom('jobs').select((e) => e.fn.max('created_at').as('at')));
const insertJob = query((p: JobRow) => tables.insertInto('jobs').values(columns(p, COLUMNS)));
const updateJob = query((p: JobRow) =>
  tables
    .updateTable('jobs')
    .set(columns(p, COLUMNS.slice(4)))
    .where('id', '=', p.id),
);
const deleteJob = query((p: { id: string }) => tables.deleteFrom('jobs').where('id', '=', p.id));

/** The newest first. One that is damaged on disk costs no other one: it is left out. */
export function listJobs(db: ReadableDB): StoredJob[] {
  return all(db, allJobs, {}).flatMap((row) => readJob(row) ?? []);
}

/** Those that are left out. A backup of an older schema has other columns. */
export function unreadJobs(db: ReadableDB): string[] {
  const isOlder = Number(db.sqlite.pragma('user_version', { simple: true })) < jobTitles.version;
  return isOlder ? [] : all(db, allJobs, {}).flatMap((row) => (readJob(row) === null ? [row.id] : []));
}

function readJob(row: JobRow): StoredJob | null {
  try {
    return fromRow(row);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function addJob(db: WritableDB, asked: Pick<StoredJob, 'id' | 'kind' | 'params' | 'title'>): StoredJob {
  const job: StoredJob = {
    ...asked,
    state: 'waiting',
    progress: null,
    checkpoint: null,
    result: null,
    fault: null,
    createdAt: timeAfter(first(db, newestJob, {})?.at),
    endedAt: null,
  };
  transaction(db, () => run(db, insertJob, toRow(job)));
  return job;
}

export function saveJob(db: WritableDB, job: StoredJob): void {
  transaction(db, () => {
    runOne(db, updateJob, toRow(job));
  });
}

export function removeJob(db: WritableDB, id: string): void {
  transaction(db, () => run(db, deleteJob, { id }));
}

const written = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const read = (value: string | null): unknown => (value === null ? null : JSON.parse(value));

function toRow(job: StoredJob): JobRow {
  return {
    id: job.id,
    kind: job.kind,
    params: JSON.stringify(job.params),
    title: JSON.stringify(job.title),
    state: job.state,
    progress: written(job.progress),
    checkpoint: written(job.checkpoint),
    result: job.result,
    fault: written(job.fault),
    created_at: job.createdAt,
    ended_at: job.endedAt,
  };
}

function fromRow(row: JobRow): StoredJob {
  return {
    id: row.id,
    kind: row.kind,
    params: read(row.params),
    title: read(row.title) as StudioFault,
    state: row.state as JobState,
    progress: read(row.progress) as JobProgress | null,
    checkpoint: read(row.checkpoint),
    result: row.result,
    fault: read(row.fault) as StudioFault | null,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

/** The jobs of a data folder, read beside the studio that may be running on it. */
export function readJobs(folder: string): StoredJob[] {
  const file = join(folder, 'store.db');
  return readStore(file, (db) => {
    assertReadable(db.sqlite, file, MIGRATIONS.at(-1)?.version ?? 0);
    const isOlder = Number(db.sqlite.pragma('user_version', { simple: true })) < jobsMigration.version;
    return isOlder ? [] : listJobs(db);
  });
}
