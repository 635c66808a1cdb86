import { ORPCError } from '@orpc/server';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault, faultOf } from '../../shared/faults/failure.ts';
import { errorFacts } from '../log/error-facts.ts';
import type { Log } from '../log/log.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';

const REFUSED: Readonly<Record<string, number>> = { READ_ONLY: 403, NO_TURN: 404, CONFLICT: 409, INTERNAL: 500 };

/** Every error that leaves the studio is an ORPCError whose data is a StudioFault. */
function toRpcError(error: unknown): ORPCError<string, unknown> {
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    const detail = error.cause instanceof Error ? error.cause.message : error.message;
    return rpcError(fault('BAD_REQUEST', {}, detail), 400);
  }
  if (error instanceof ORPCError) return error;
  const told = faultOf(error);
  return rpcError(told, REFUSED[told.code] ?? 422);
}

export const rpcError = (told: StudioFault, status: number): ORPCError<string, unknown> =>
  new ORPCError(told.code, { status, message: sentenceOf(told), data: told });

/** Defects are written down, on the console with all that is known of them. */
export const faultInterceptors = (log: Log) => [
  async <T>({ next, path }: { next: () => Promise<T>; path: readonly string[] }): Promise<T> => {
    try {
      return await next();
    } catch (error) {
      const told = toRpcError(error);
      if (told.code === 'INTERNAL') {
        log.error('call.failed', { call: path.join('.'), ...errorFacts(error) });
        console.error(error);
      }
      throw told;
    }
  },
];
