import { errorFacts } from './error-facts.ts';
import type { Log } from './log.ts';

/** Writes down what nobody caught, which then does what it always does. Answers with how to stop that. */
export function logUncaught(log: Log): () => void {
  const write = (error: unknown, origin: string): void => {
    log.error(`process.${origin}`, errorFacts(error));
  };
  process.on('uncaughtExceptionMonitor', write);
  return () => {
    process.off('uncaughtExceptionMonitor', write);
  };
}
