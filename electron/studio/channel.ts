import { guarded } from '../log/guarded.ts';

/** Values pushed from one side, read as an async iterator on the other, until either side ends it. */
export interface Channel<T> {
  push(value: T): void;
  end(): void;
  readonly iterator: AsyncGenerator<T, void>;
}

export function channel<T>(signal?: AbortSignal, onEnd?: () => void): Channel<T> {
  const waiting: T[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    signal?.removeEventListener('abort', abort);
    onEnd?.();
    wake?.();
  };
  const abort = guarded(end);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) end();

  async function* read(): AsyncGenerator<T, void> {
    try {
      for (;;) {
        while (waiting.length > 0 && !signal?.aborted) yield waiting.shift() as T;
        if (ended) return;
        await new Promise<void>((resume) => {
          wake = resume;
        });
        wake = null;
      }
    } finally {
      end();
    }
  }
  return {
    push(value) {
      if (ended) return;
      waiting.push(value);
      wake?.();
    },
    end,
    iterator: read(),
  };
}
