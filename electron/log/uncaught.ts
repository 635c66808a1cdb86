import { errorFacts } from './error-facts.ts';
import { onCaught } from './guarded.ts';
import type { Log } from './log.ts';

/**
 * From now on an error that nobody took ends nothing: it is written down and told. That is safe because what was
 * acknowledged is in the store, whose statements never wait: `makeSafe` takes back the transaction that the error broke
 * off, and only where that fails too is nothing known any more, and the process ends. Answers with how to stop it.
 */
export function surviveUncaught(log: Log, makeSafe: () => void, tell: (error: unknown) => void): () => void {
  const hear = (origin: string) => (error: unknown) => {
    log.error(`process.${origin}`, errorFacts(error));
    console.error(error);
    try {
      makeSafe();
    } catch (unsafe) {
      log.error('process.unsafe', errorFacts(unsafe));
      process.exit(1);
    }
    tell(error);
  };
  const [exception, rejection] = [hear('uncaughtException'), hear('unhandledRejection')];
  process.on('uncaughtException', exception);
  process.on('unhandledRejection', rejection);
  const deaf = onCaught(hear('caught'));
  // Who read what is said on the console may have gone, and that is no error to be said there.
  const consoles = [process.stdout, process.stderr];
  const ignore = (): void => undefined;
  for (const stream of consoles) stream.on('error', ignore);
  return () => {
    process.off('uncaughtException', exception);
    process.off('unhandledRejection', rejection);
    deaf();
    for (const stream of consoles) stream.off('error', ignore);
  };
}
