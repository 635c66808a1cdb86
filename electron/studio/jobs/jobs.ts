import { isDeepStrictEqual } from 'node:util';
import { isEnded, type Job } from '../../../shared/contract/jobs.ts';
import { failure, faultOf } from '../../../shared/faults/failure.ts';
import { newId } from '../../../shared/document/ids.ts';
import type { Log } from '../../log/log.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { addJob, listJobs, removeJob, saveJob, type StoredJob } from '../../storage/repositories/job-records.ts';
import { channel, type Channel } from '../channel.ts';
import type { JobKind } from './job-kind.ts';
import { guarded } from '../../log/guarded.ts';

/** All long work of the studio: of each kind one at a time, in the order in which it was asked for. */
export interface Jobs {
  /** From now on work of this kind is done; what a kill cut off of it goes on, where the kind can. */
  register<P>(kind: JobKind<P>): void;
  /** Asks for work. The same work that waits, runs or has not come to its end is not listed twice: that one is done. */
  start(kind: string, params: unknown): Job;
  list(): readonly Job[];
  watch(signal?: AbortSignal): AsyncGenerator<readonly Job[], void>;
  cancel(id: string): void;
  restart(id: string): void;
  forget(id: string | null): void;
  /** Ends what runs; it is interrupted. */
  close(): Promise<void>;
}

const TELL_MS = 200;
/** So many that have ended are kept. */
const HISTORY = 100;

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  /** Asked for again while its cancel goes on. */
  again: boolean;
}

export function createJobs({ db, log }: { readonly db: WritableDB; readonly log: Log }): Jobs {
  const kinds = new Map<string, JobKind<unknown>>();
  const known = new Map(listJobs(db).map((job) => [job.id, job]));
  const running = new Map<string, Running>();
  const watchers = new Set<Channel<readonly Job[]>>();
  let telling: NodeJS.Timeout | undefined;
  let closing = false;

  const oldestFirst = (): StoredJob[] => [...known.values()].toSorted((a, b) => a.createdAt - b.createdAt);
  const told = ({ params: _, checkpoint, ...job }: StoredJob): Job => ({
    ...job,
    canResume: checkpoint !== null && kinds.get(job.kind)?.resumable === true,
  });
  const list = (): readonly Job[] => oldestFirst().toReversed().map(told);

  function tell(): void {
    clearTimeout(telling);
    telling = undefined;
    const jobs = list();
    for (const watcher of watchers) watcher.push(jobs);
  }

  function change(id: string, changes: Partial<StoredJob>): void {
    const job = known.get(id);
    if (!job) return;
    const changed = { ...job, ...changes };
    saveJob(db, changed);
    known.set(id, changed);
    tell();
  }

  /** How far it is, is stored with the next checkpoint; until then it is only told. */
  function progress(id: string, now: Job['progress']): void {
    const job = known.get(id);
    if (!job) return;
    known.set(id, { ...job, progress: now });
    if (watchers.size > 0) telling ??= setTimeout(guarded(tell), TELL_MS);
  }

  async function work(job: StoredJob, kind: JobKind<unknown>, { signal }: AbortController): Promise<void> {
    const { id } = job;
    try {
      const result = await kind.run(kind.params.parse(job.params), {
        signal,
        from: kind.resumable ? job.checkpoint : null,
        progress: (now) => {
          progress(id, now);
        },
        checkpoint: (checkpoint) => {
          change(id, { checkpoint });
        },
      });
      change(id, { state: 'done', result, checkpoint: null, endedAt: Date.now() });
      log.info('job.done', { kind: kind.kind });
    } catch (error) {
      const fault = faultOf(error);
      if (signal.aborted) {
        change(id, { state: closing ? 'interrupted' : 'cancelled', endedAt: Date.now() });
        log.info(closing ? 'job.interrupted' : 'job.cancelled', { kind: kind.kind });
      } else {
        change(id, { state: 'failed', fault, endedAt: Date.now() });
        log.error('job.failed', { kind: kind.kind, code: fault.code });
      }
    }
  }

  /** Begins whatever waits and has nothing of its kind before it. */
  function begin(): void {
    if (closing) return;
    const busy = new Set([...running.keys()].map((id) => known.get(id)?.kind));
    for (const job of oldestFirst()) {
      const kind = kinds.get(job.kind);
      if (job.state !== 'waiting' || kind === undefined || busy.has(job.kind)) continue;
      busy.add(job.kind);
      const abort = new AbortController();
      try {
        change(job.id, { state: 'running' });
      } catch (error) {
        // It waits until it, or other work, is asked for again.
        log.error('job.unstored', { kind: job.kind, code: faultOf(error).code });
        continue;
      }
      const ended = work(job, kind, abort)
        .catch((error: unknown) => {
          // The store does not take what became of it: it counts as interrupted at the next start.
          log.error('job.unstored', { kind: job.kind, code: faultOf(error).code });
          known.set(job.id, { ...need(job.id), state: 'interrupted', endedAt: Date.now() });
          tell();
        })
        .finally(() => {
          const again = running.get(job.id)?.again === true;
          running.delete(job.id);
          if (again && !closing) restartUnasked(job);
          begin();
        });
      running.set(job.id, { abort, ended, again: false });
    }
  }

  const need = (id: string): StoredJob => {
    const job = known.get(id);
    if (!job) throw failure('JOB_GONE', {});
    return job;
  };

  /** Nobody hears of what the store does not take now. */
  function restartUnasked({ id, kind }: StoredJob): void {
    try {
      restart(id);
    } catch (error) {
      log.error('job.unstored', { kind, code: faultOf(error).code });
    }
  }

  function restart(id: string): void {
    const { state, kind } = need(id);
    const cancelled = running.get(id);
    if (cancelled?.abort.signal.aborted === true) cancelled.again = true;
    if (state === 'waiting') return begin();
    if (state === 'done' || !isEnded({ state })) return;
    if (!kinds.has(kind)) throw failure('JOB_KIND', {});
    change(id, { state: 'waiting', fault: null, progress: null, endedAt: null });
    begin();
  }

  function drop(id: string): void {
    removeJob(db, id);
    known.delete(id);
  }

  for (const { id } of [...known.values()].filter((job) => !isEnded(job)))
    change(id, { state: 'interrupted', endedAt: Date.now() });
  for (const { id } of list().filter(isEnded).slice(HISTORY)) drop(id);

  return {
    register(kind) {
      kinds.set(kind.kind, kind);
      if (!kind.resumable) return;
      for (const job of oldestFirst())
        if (job.kind === kind.kind && job.state === 'interrupted') change(job.id, { state: 'waiting', endedAt: null });
      begin();
    },
    start(name, params) {
      const kind = kinds.get(name);
      if (!kind) throw new Error(`no kind of job is called ${name}`);
      const same = [...known.values()].find(
        (job) => job.kind === name && job.state !== 'done' && isDeepStrictEqual(job.params, params),
      );
      if (same) {
        restart(same.id);
        return told(need(same.id));
      }
      const job = addJob(db, { id: newId(), kind: name, params, title: kind.title(kind.params.parse(params)) });
      known.set(job.id, job);
      tell();
      begin();
      return told(need(job.id));
    },
    list,
    watch(signal) {
      const watcher: Channel<readonly Job[]> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(list());
      return watcher.iterator;
    },
    cancel(id) {
      if (need(id).state === 'waiting') change(id, { state: 'cancelled', endedAt: Date.now() });
      const runs = running.get(id);
      if (!runs) return;
      runs.again = false;
      runs.abort.abort();
    },
    restart,
    forget(id) {
      const ended = id === null ? list().filter(isEnded) : [need(id)].filter(isEnded);
      for (const job of ended) drop(job.id);
      tell();
    },
    async close() {
      closing = true;
      for (const { abort } of running.values()) abort.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
      clearTimeout(telling);
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
