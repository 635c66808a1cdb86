import { FaultError } from '../../shared/faults/failure.ts';
import type { Facts } from './log.ts';

const MOST_FRAMES = 12;
const FRAME = /^\s+at (?:.+ \()?(?:file:|node:|\/|[A-Za-z]:\\|native|<anonymous>|async ).*$/;

/** An error for the log: what sort it is and where it came from. Its message may quote a story and stays out. */
export function errorFacts(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = error instanceof FaultError ? error.fault.code : 'code' in error ? String(error.code) : null;
  const { message, stack = '' } = error;
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, MOST_FRAMES);
  return { name: error.name, code, stack: frames.map((line) => line.trim()).join(' | ') };
}
