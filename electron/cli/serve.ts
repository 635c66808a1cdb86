import { serve } from '../server.ts';
import { numberOption } from './usage.ts';
import { areThreadsGone } from '../log/ending-threads.ts';
import { guarded } from '../log/guarded.ts';
import { CLOSE_WITHIN_MS } from '../studio/close-each.ts';

interface ServeArguments {
  readonly port?: string | undefined;
  readonly data?: string | undefined;
  readonly models?: string | undefined;
  readonly 'no-open'?: boolean | undefined;
  readonly 'new-library'?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Serves until it is asked to end. */
export async function runServe(given: ServeArguments): Promise<number> {
  const port = numberOption('port', given.port, 0, 65_535);
  const ended = Promise.withResolvers<null>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(
      signal,
      guarded(() => ended.resolve(null)),
    );

  const serving = await serve({
    port,
    dataDir: given.data,
    modelsDir: given.models,
    newLibrary: given['new-library'] === true,
    open: given['no-open'] !== true && given.json !== true,
  });
  if (given.json) {
    process.stdout.write(`${JSON.stringify({ url: serving.url, port: serving.port, pid: process.pid })}\n`);
  } else {
    process.stdout.write(
      `Paphos is ready. Open this address (it works once, then your browser remembers):\n\n  ${serving.url}\n\nStories are kept in ${serving.dataDir}\nCtrl+C ends Paphos.\n`,
    );
  }
  await ended.promise;
  setTimeout(
    guarded(() => endProcess(1)),
    CLOSE_WITHIN_MS,
  ).unref();
  await serving.close();
  return 0;
}

async function endProcess(code: number): Promise<void> {
  if (!(await areThreadsGone())) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}
