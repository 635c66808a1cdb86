import { ORPCError } from '@orpc/client';
import { fault as faultSchema, type StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault, FaultError, faultOf as defectOf } from '../../shared/faults/failure.ts';

/** How oRPC says that the connection broke under a call or was gone before it, where it throws no AbortError. */
const IN_ITS_WORDS = /WebSocket is not open|^\[AsyncIdQueue\]/;

const isLost = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'AbortError' || IN_ITS_WORDS.test(error.message));

const logged = new WeakSet<Error>();

/** Once: a fault that is drawn is asked for again and again. */
export function logDefect(error: unknown): void {
  if (!(error instanceof Error) || error instanceof FaultError || logged.has(error)) return;
  logged.add(error);
  console.error(error);
}

/** What to tell the person about anything that was thrown. */
export function faultOf(error: unknown): StudioFault {
  if (error instanceof ORPCError) {
    const told = faultSchema.safeParse(error.data);
    if (told.success) return told.data;
    return fault('INTERNAL', {}, `${error.code}: ${error.message}`);
  }
  if (isLost(error)) return fault('UNREACHABLE', {}, error.message);
  logDefect(error);
  return defectOf(error);
}
