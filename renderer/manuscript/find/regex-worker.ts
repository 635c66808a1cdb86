import { startWorker } from '../environment.ts';
import type { RegexFound, RegexSearch } from './regex-search.ts';
import type { RegexAnswer } from './regex.worker.ts';
import workerUrl from './regex.worker.ts?worker&url';

/** So long an expression may take: one that tries all ways through a text could take for ever. */
const LONGEST_MS = 500;

export type RegexEnd =
  | { readonly found: RegexFound }
  | { readonly invalid: string }
  /** It took too long, could not be done, or another search began. */
  | { readonly ended: 'too slow' | 'failed' | 'other' };

/** Searches beside the page, one at a time, and not for ever: a new one ends the one before. */
export class RegexWorker {
  private worker: Worker | null = null;
  private isReady = false;
  private end: ((end: RegexEnd) => void) | null = null;
  private search: RegexSearch | null = null;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  run(search: RegexSearch): Promise<RegexEnd> {
    if (this.end !== null) this.stop('other');
    return new Promise((resolve) => {
      this.end = resolve;
      this.search = search;
      this.worker ??= this.start();
      if (this.isReady) this.send();
    });
  }

  dispose(): void {
    this.stop('other');
  }

  private start(): Worker {
    const worker = startWorker(workerUrl);
    worker.addEventListener('message', ({ data }: MessageEvent<RegexAnswer>) => {
      if (data === 'ready') {
        this.isReady = true;
        this.send();
      } else this.settle(data);
    });
    worker.addEventListener('error', () => this.stop('failed'));
    return worker;
  }

  private send(): void {
    this.worker?.postMessage(this.search);
    this.deadline = setTimeout(() => this.stop('too slow'), LONGEST_MS);
  }

  private stop(ended: 'too slow' | 'failed' | 'other'): void {
    this.worker?.terminate();
    this.worker = null;
    this.isReady = false;
    this.settle({ ended });
  }

  private settle(end: RegexEnd): void {
    clearTimeout(this.deadline);
    this.end?.(end);
    this.end = null;
    this.search = null;
  }
}
