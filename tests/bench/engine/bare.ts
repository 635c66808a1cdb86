import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface BareRequest {
  readonly text: string;
  readonly tokens: number;
}
/** Tokens per second, until the first new token and after it. */
export interface BareAnswer {
  readonly promptPerSecond: number;
  readonly tokensPerSecond: number;
}
export interface BareEngine {
  write(request: BareRequest): Promise<BareAnswer>;
  close(): void;
}

/** The other side of a comparison: a bare evaluate loop in a process of its own, on the same file and threads. */
export async function startBare(model: string, contextSize: number, threads: number): Promise<BareEngine> {
  // Options of our own start are none of its business: the library tests itself in a process that would inherit them,
  // and ends with it.
  const child = fork(join(import.meta.dirname, 'bare-engine.ts'), [model, String(contextSize), String(threads)], {
    execArgv: [],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('The bare engine ended before it was ready.');
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return {
    write: async (request) => {
      const answer = once(child, 'message');
      child.send(request);
      return (await answer)[0] as BareAnswer;
    },
    close: () => {
      child.disconnect();
    },
  };
}
