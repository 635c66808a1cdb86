import { z } from 'zod';
import type { LibraryCheck } from '../../../shared/contract/backups.ts';
import { failure, fault } from '../../../shared/faults/failure.ts';
import { fault as faultSchema } from '../../../shared/faults/studio-fault.ts';
import { guarded } from '../../log/guarded.ts';
import type { CheckResult } from '../../storage/integrity/check.ts';
import { recount } from '../../storage/repositories/word-counts.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import type { StudioContext } from '../context.ts';
import type { Defects } from '../defects.ts';
import { inThread } from '../in-thread.ts';
import { BACKUP_THREAD, type BackupWork } from './backup-work.ts';

/** Looks through the library, every turn by its hash: weekly, after a stop that was none of ours, and when asked. */
export interface Checks {
  /** What came of the last one; null before the first. */
  last(): LibraryCheck | null;
  start(): void;
  /** Remembers what another look through the library found. */
  note(result: CheckResult): void;
  close(): void;
}

const KIND = 'check';
const WEEK = 7 * 24 * 60 * 60_000;
/** Nobody waits for it: it begins when the studio has long been there. */
const LOOK_MS = 60_000;
/** So many findings are kept; the command line says all. */
const MOST = 50;

const lastCheck = z.object({ at: z.number(), problems: z.number().int().min(0), findings: z.array(faultSchema) });

interface CheckParts {
  readonly wasCutOff: boolean;
  readonly isLogDamaged: boolean;
  readonly tell: Defects['tell'];
}

export function createChecks(
  { db, jobs, log, env }: Pick<StudioContext, 'db' | 'jobs' | 'log' | 'env'>,
  { wasCutOff, isLogDamaged, tell }: CheckParts,
): Checks {
  let isDue = wasCutOff;
  /** Found before the store was opened; told once. */
  let found = isLogDamaged ? [fault('CHECK_LOG', {})] : [];

  const last = (): LibraryCheck | null =>
    lastCheck
      .nullable()
      .catch(null)
      .parse(readSetting(db, 'studio', 'check'));

  function note(result: CheckResult): number {
    const problems = [...found, ...result.problems.map((problem) => problem.fault)];
    for (const { where, fault: noted } of result.notes) if (noted.code === 'CHECK_WORDS') recount(db, where);
    const findings = problems.slice(0, MOST);
    writeSetting(db, 'studio', 'check', { at: Date.now(), problems: problems.length, findings });
    found = [];
    log.info('library.checked', { problems: problems.length });
    return problems.length;
  }

  jobs.register({
    kind: KIND,
    resumable: false,
    params: z.object({}),
    title: () => fault('JOB_CHECKS_LIBRARY', {}),
    async run(_, { signal, progress }) {
      const work: BackupWork = { do: 'check', dataDir: env.dataDir };
      const result = await inThread<CheckResult>(BACKUP_THREAD, work, signal, { onProgress: progress });
      const problems = note(result);
      if (problems === 0) return null;
      const damage = failure('LIBRARY_DAMAGED', { problems });
      tell(damage);
      throw damage;
    },
  });

  function look(): void {
    const before = last();
    if (!isDue && before !== null && Date.now() - before.at < WEEK) return;
    isDue = false;
    jobs.start(KIND, {});
  }

  const looking = setInterval(guarded(look), LOOK_MS);
  looking.unref();

  return {
    last,
    start() {
      isDue = false;
      jobs.start(KIND, {});
    },
    note(result) {
      note(result);
    },
    close() {
      clearInterval(looking);
    },
  };
}
