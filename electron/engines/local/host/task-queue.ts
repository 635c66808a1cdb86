import { failure, type FaultError } from '../../../../shared/faults/failure.ts';
import type { JobOptions } from '../../port.ts';

/** Ends at its next border when `stop` is aborted. */
type Task<T> = (stop: AbortSignal) => Promise<T>;

interface Job {
  idle: boolean;
  readonly alone: boolean;
  again: boolean;
  readonly signal: AbortSignal | undefined;
  readonly task: Task<unknown>;
  readonly result: PromiseWithResolvers<unknown>;
  stop: AbortController;
  gaveWay: boolean;
}

/** What waits for one engine: what was asked for in its order, then idle work. As many at a time as the engine can. */
export class JobQueue {
  readonly #waiting: Job[] = [];
  readonly #running = new Set<Job>();
  readonly #width: () => number;
  #refusal: FaultError | null = null;

  constructor(width: () => number) {
    this.#width = width;
  }

  /** `alone`: nothing runs beside it. */
  add<T>(
    task: Task<T>,
    { priority = 'asked', signal, again = false, alone = false }: JobOptions & { readonly alone?: boolean } = {},
  ): Promise<T> {
    const result = Promise.withResolvers<T>();
    const job: Job = {
      idle: priority === 'idle',
      alone,
      again,
      signal,
      task,
      result: result as PromiseWithResolvers<unknown>,
      stop: new AbortController(),
      gaveWay: false,
    };
    if (this.#refusal !== null) result.reject(this.#refusal);
    else if (signal?.aborted === true) result.reject(failure('STOPPED', {}));
    else {
      signal?.addEventListener(
        'abort',
        () => {
          this.#takeBack(job);
        },
        { once: true },
      );
      this.#line(job);
      this.#next();
    }
    return result.promise;
  }

  /** Somebody waits by now for what was added as idle work. */
  raise(task: Task<unknown>): void {
    const job = [...this.#waiting, ...this.#running].find((one) => one.task === task);
    if (job === undefined) return;
    const place = this.#waiting.indexOf(job);
    job.idle = false;
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#line(job);
    }
    this.#next();
  }

  /** Idle work that waits is refused, and what runs gives way for good. */
  dropIdle(refusal: FaultError): void {
    for (const job of this.#waiting.filter((one) => one.idle)) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      job.result.reject(refusal);
    }
    for (const job of this.#running) {
      if (!job.idle) continue;
      job.again = false;
      this.#giveWay(job);
    }
  }

  /** Nothing begins any more; what waits is refused. Resolves when what runs has ended. */
  async close(refusal: FaultError): Promise<void> {
    this.#refusal = refusal;
    for (const job of this.#waiting.splice(0)) job.result.reject(refusal);
    await Promise.allSettled([...this.#running].map((job) => job.result.promise));
  }

  #line(job: Job): void {
    const firstIdle = this.#waiting.findIndex((one) => one.idle);
    const isLast = firstIdle < 0 || (job.idle && !job.gaveWay);
    this.#waiting.splice(isLast ? this.#waiting.length : firstIdle, 0, job);
  }

  #next(): void {
    for (let job = this.#waiting[0]; job !== undefined && this.#mayBegin(job); job = this.#waiting[0]) {
      this.#waiting.shift();
      void this.#run(job);
    }
    if ([...this.#waiting, ...this.#running].every((job) => job.idle)) return;
    for (const job of this.#running) if (job.idle) this.#giveWay(job);
  }

  #giveWay(job: Job): void {
    job.gaveWay = true;
    job.stop.abort();
  }

  #mayBegin(job: Job): boolean {
    const running = [...this.#running];
    if (running.length === 0) return true;
    if (job.alone || job.idle || running.some((one) => one.alone)) return false;
    return running.length < this.#width();
  }

  async #run(job: Job): Promise<void> {
    this.#running.add(job);
    try {
      job.result.resolve(await job.task(job.stop.signal));
    } catch (error) {
      this.#failed(job, error);
    }
    this.#running.delete(job);
    this.#next();
  }

  #failed(job: Job, error: unknown): void {
    if (job.signal?.aborted === true) job.result.reject(failure('STOPPED', {}));
    else if (!job.gaveWay || this.#refusal !== null) job.result.reject(error);
    else if (job.again) this.#again(job);
    else job.result.reject(failure('YIELDED', {}));
  }

  #again(job: Job): void {
    this.#line(job);
    job.gaveWay = false;
    job.stop = new AbortController();
  }

  #takeBack(job: Job): void {
    const place = this.#waiting.indexOf(job);
    if (place < 0) {
      job.stop.abort();
      return;
    }
    this.#waiting.splice(place, 1);
    job.result.reject(failure('STOPPED', {}));
  }
}
