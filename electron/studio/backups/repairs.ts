import { z } from 'zod';
import type { GoodText, RepairReport } from '../../../shared/contract/repair.ts';
import { failure, fault } from '../../../shared/faults/failure.ts';
import { fault as faultSchema } from '../../../shared/faults/studio-fault.ts';
import { applyRepairs, renewIndexes, withMended } from '../../storage/repair/apply-repairs.ts';
import type { Repairs as Found } from '../../storage/repair/find-repairs.ts';
import { isNothing, reportOf, safeRepairs, type Diagnosis } from '../../storage/repair/repair-store.ts';
import type { TurnRepair } from '../../storage/repair/turn-repair.ts';
import { findTurn, needTurn } from '../../storage/core/rows.ts';
import type { CheckResult } from '../../storage/integrity/check.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { channel, type Channel } from '../channel.ts';
import type { Client } from '../connections.ts';
import type { StudioContext } from '../context.ts';
import { inThread } from '../in-thread.ts';
import type { StoryLocks } from '../library/story-locks.ts';
import type { ChapterWatchers } from '../writing/chapter-watchers.ts';
import type { Generations } from '../writing/generations.ts';
import { BACKUP_THREAD, type BackupWork } from './backup-work.ts';
import type { Backups } from './backups.ts';
import type { Checks } from './checks.ts';

/** The way back from damage: the newest good text of a turn, or of all that are damaged. */
export interface Repairs {
  look(turnId: string): Promise<GoodText | null>;
  take(turnId: string, client: Client): Promise<GoodText | null>;
  all(): void;
  last(): RepairReport | null;
  repaired(signal?: AbortSignal): AsyncGenerator<readonly string[], void>;
  close(): void;
}

const KIND = 'repair';
/** Somebody who goes on writing into a turn changes it before it is repaired. */
const TRIES = 3;

const lastReport = z.object({
  at: z.number(),
  exact: z.number().int().min(0),
  older: z.number().int().min(0),
  stays: z.number().int().min(0),
  rest: z.number().int().min(0),
  findings: z.array(faultSchema),
});

interface RepairParts {
  readonly backups: Pick<Backups, 'keepBefore' | 'changed'>;
  readonly checks: Pick<Checks, 'note'>;
  readonly generations: Pick<Generations, 'stopIn'>;
  readonly locks: Pick<StoryLocks, 'assertWriter'>;
  readonly watchers: Pick<ChapterWatchers, 'changed'>;
}

export function createRepairs(
  { db, jobs, log, env: { dataDir } }: Pick<StudioContext, 'db' | 'jobs' | 'log' | 'env'>,
  { backups, checks, generations, locks, watchers }: RepairParts,
): Repairs {
  const pages = new Set<Channel<readonly string[]>>();

  const lookInto = (turnId: string): Promise<TurnRepair | null> =>
    inThread(BACKUP_THREAD, { do: 'diagnose turn', dataDir, turnId } satisfies BackupWork);

  /** Answers with what was done; what a page shows of it is read anew. */
  async function apply(found: Found): Promise<ReturnType<typeof applyRepairs>> {
    const ids = new Set(found.turns.map(({ turnId }) => turnId));
    await generations.stopIn(({ turnId }) => ids.has(turnId));
    const applied = applyRepairs(db, found);
    tell([...applied.exact, ...applied.older]);
    backups.changed();
    return applied;
  }

  /** Pages read these turns anew. */
  function tell(turnIds: readonly string[]): void {
    for (const id of new Set(turnIds.flatMap((turnId) => findTurn(db, turnId)?.chapter_id ?? []))) watchers.changed(id);
    if (turnIds.length > 0) for (const page of pages) page.push(turnIds);
  }

  jobs.register({
    kind: KIND,
    resumable: false,
    params: z.object({}),
    title: () => fault('JOB_REPAIRS_LIBRARY', {}),
    async run(_, { signal, progress }) {
      const listening = { onProgress: progress };
      const work: BackupWork = { do: 'diagnose', dataDir };
      const look = (): Promise<Diagnosis> => inThread(BACKUP_THREAD, work, signal, listening);
      const first = await look();
      const { check, repairs } = first;
      let applied: ReturnType<typeof applyRepairs> = { exact: [], older: [] };
      let after = check;
      if (!isNothing(repairs)) {
        await backups.keepBefore(signal, repairs);
        signal.throwIfAborted();
        const mended = repairs.reindexes ? renewIndexes(db) : [];
        const done = await apply(safeRepairs(repairs.reindexes ? await look() : first));
        applied = withMended(done, mended);
        tell(mended);
        const again: BackupWork = { do: 'check', dataDir };
        after = await inThread<CheckResult>(BACKUP_THREAD, again, undefined, listening);
      }
      checks.note(after);
      const report = reportOf(applied, after, Date.now());
      writeSetting(db, 'studio', 'repair', report);
      const { exact, older, stays, rest } = report;
      log.info('library.repaired', { exact, older, stays, rest });
      return null;
    },
  });

  const told = ({ turnId, outcome, source, text, had }: TurnRepair): GoodText => ({
    turnId,
    outcome,
    source,
    text,
    had,
  });

  return {
    async look(turnId) {
      const found = await lookInto(turnId);
      return found === null ? null : told(found);
    },
    async take(turnId, client) {
      locks.assertWriter(getChapter(db, needTurn(db, turnId).chapter_id).storyId, client);
      await generations.stopIn((running) => running.turnId === turnId);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await lookInto(turnId);
        if (found === null) return null;
        const only = { turns: [found], chapters: [], stories: [], recounted: [], jobs: [], reindexes: false };
        const { exact, older } = await apply(only);
        log.info('turn.repaired', { outcome: found.outcome, from: found.source.of });
        if (exact.length + older.length > 0) return told(found);
      }
      throw failure('CONFLICT', { turnId });
    },
    all() {
      jobs.start(KIND, {});
    },
    last: () =>
      lastReport
        .nullable()
        .catch(null)
        .parse(readSetting(db, 'studio', 'repair')),
    repaired(signal) {
      const page: Channel<readonly string[]> = channel(signal, () => {
        pages.delete(page);
      });
      pages.add(page);
      return page.iterator;
    },
    close() {
      for (const page of [...pages]) page.end();
    },
  };
}
