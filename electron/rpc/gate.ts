import { ORPCError } from '@orpc/server';
import { faultOf } from '../studio/studio-error.ts';

/** Who calls: one per connection, for as long as it lives. */
export interface Caller {
  readonly clientId: string;
}

const REFUSED: Readonly<Record<string, number>> = { READ_ONLY: 403, NOT_FOUND: 404, CONFLICT: 409, INTERNAL: 500 };

/** Every error that leaves the studio is an ORPCError whose data is a StudioFault. */
export function toRpcError(error: unknown): ORPCError<string, unknown> {
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    const detail = error.cause instanceof Error ? error.cause.message : error.message;
    const fault = {
      code: 'BAD_REQUEST',
      message:
        'Paphos did not understand this request and did nothing. Reload the page: it may be older than the studio.',
      detail,
    };
    return new ORPCError(fault.code, { message: fault.message, data: fault });
  }
  if (error instanceof ORPCError) return error;
  const fault = faultOf(error);
  if (fault.code === 'INTERNAL')
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return new ORPCError(fault.code, { status: REFUSED[fault.code] ?? 422, message: fault.message, data: fault });
}

export const faultInterceptors = [
  async <T>({ next }: { next: () => Promise<T> }): Promise<T> => {
    try {
      return await next();
    } catch (error) {
      throw toRpcError(error);
    }
  },
];
