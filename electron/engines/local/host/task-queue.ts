import { failure, type FaultError } from '../../../../shared/faults/failure.ts';
import type { TaskOptions } from '../../port.ts';
import { guarded, inBackground } from '../../../log/guarded.ts';

/** Ends at its next border when `stop` is aborted. */
type Task<T> = (stop: AbortSignal) => Promise<T>;

interface Entry {
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
export class TaskQueue {
  readonly #waiting: Entry[] = [];
  readonly #running = new Set<Entry>();
  readonly #width: () => number;
  #refusal: FaultError | null = null;

  constructor(width: () => number) {
    this.#width = width;
  }

  /** `alone`: nothing runs beside it. */
  add<T>(
    task: Task<T>,
    { priority = 'asked', signal, again = false, alone = false }: TaskOptions & { readonly alone?: boolean } = {},
  ): Promise<T> {
    const result = Promise.withResolvers<T>();
    const entry: Entry = {
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
        guarded(() => this.#takeBack(entry)),
        { once: true },
      );
      this.#line(entry);
      this.#next();
    }
    return result.promise;
  }

  /** Somebody waits by now for what was added as idle work. */
  raise(task: Task<unknown>): void {
    const entry = [...this.#waiting, ...this.#running].find((one) => one.task === task);
    if (entry === undefined) return;
    const place = this.#waiting.indexOf(entry);
    entry.idle = false;
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#line(entry);
    }
    this.#next();
  }

  /** Idle work that waits is refused, and what runs gives way for good. */
  dropIdle(refusal: FaultError): void {
    for (const entry of this.#waiting.filter((one) => one.idle)) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.result.reject(refusal);
    }
    for (const entry of this.#running) {
      if (!entry.idle) continue;
      entry.again = false;
      this.#giveWay(entry);
    }
  }

  /** Nothing begins any more; what waits is refused. Resolves when what runs has ended. */
  async close(refusal: FaultError): Promise<void> {
    this.#refusal = refusal;
    for (const entry of this.#waiting.splice(0)) entry.result.reject(refusal);
    await Promise.allSettled([...this.#running].map((entry) => entry.result.promise));
  }

  #line(entry: Entry): void {
    const firstIdle = this.#waiting.findIndex((one) => one.idle);
    const isLast = firstIdle < 0 || (entry.idle && !entry.gaveWay);
    this.#waiting.splice(isLast ? this.#waiting.length : firstIdle, 0, entry);
  }

  #next(): void {
    for (let entry = this.#waiting[0]; entry !== undefined && this.#mayBegin(entry); entry = this.#waiting[0]) {
      this.#waiting.shift();
      inBackground(this.#run(entry));
    }
    if ([...this.#waiting, ...this.#running].every((entry) => entry.idle)) return;
    for (const entry of this.#running) if (entry.idle) this.#giveWay(entry);
  }

  #giveWay(entry: Entry): void {
    entry.gaveWay = true;
    entry.stop.abort();
  }

  #mayBegin(entry: Entry): boolean {
    const running = [...this.#running];
    if (running.length === 0) return true;
    if (entry.alone || entry.idle || running.some((one) => one.alone)) return false;
    return running.length < this.#width();
  }

  async #run(entry: Entry): Promise<void> {
    this.#running.add(entry);
    try {
      entry.result.resolve(await entry.task(entry.stop.signal));
    } catch (error) {
      this.#failed(entry, error);
    }
    this.#running.delete(entry);
    this.#next();
  }

  #failed(entry: Entry, error: unknown): void {
    if (entry.signal?.aborted === true) entry.result.reject(failure('STOPPED', {}));
    else if (!entry.gaveWay || this.#refusal !== null) entry.result.reject(error);
    else if (entry.again) this.#again(entry);
    else entry.result.reject(failure('YIELDED', {}));
  }

  #again(entry: Entry): void {
    this.#line(entry);
    entry.gaveWay = false;
    entry.stop = new AbortController();
  }

  #takeBack(entry: Entry): void {
    const place = this.#waiting.indexOf(entry);
    if (place < 0) {
      entry.stop.abort();
      return;
    }
    this.#waiting.splice(place, 1);
    entry.result.reject(failure('STOPPED', {}));
  }
}
