import { isEnded, type Job } from '../../shared/contract/jobs.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { isLocked } from '../storage/core/lock.ts';
import { readJobs } from '../storage/repositories/job-records.ts';
import { chooseStore } from './choose.ts';

/** The long work of a data folder, the newest first. What runs was that far at its last checkpoint. */
export function runJobs(given: { readonly data?: string | undefined; readonly json?: boolean | undefined }): number {
  const dataDir = chooseStore(given.data);
  const isServed = isLocked(dataDir);
  const jobs = readJobs(dataDir).map(({ params: _, checkpoint: __, ...job }) =>
    isServed || isEnded(job) ? job : { ...job, state: 'interrupted' as const },
  );
  if (given.json === true) process.stdout.write(`${JSON.stringify(jobs, null, 2)}\n`);
  else if (jobs.length === 0) process.stdout.write(`There are no jobs in ${dataDir}.\n`);
  else for (const job of jobs) process.stdout.write(`${lineOf(job)}\n`);
  return 0;
}

function lineOf({ createdAt, state, title, progress, result, fault }: Omit<Job, 'canResume'>): string {
  const when = new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ');
  const far =
    progress === null || state === 'done'
      ? null
      : `${String(progress.done)}${progress.total === null ? '' : ` of ${String(progress.total)}`} ${progress.unit}`;
  const more = [far, result, fault === null ? null : sentenceOf(fault)].filter((part) => part !== null);
  return [`${when}  ${state.padEnd(11)}  ${sentenceOf(title)}`, ...more.map((part) => `    ${part}`)].join('\n');
}
