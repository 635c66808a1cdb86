import { ORPCError } from '@orpc/client';
import { fault as faultSchema, type StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault } from '../../shared/faults/failure.ts';

/** What to tell the person about anything that was thrown. */
export function faultOf(error: unknown): StudioFault {
  if (error instanceof ORPCError) {
    const told = faultSchema.safeParse(error.data);
    if (told.success) return told.data;
    return fault('INTERNAL', {}, `${error.code}: ${error.message}`);
  }
  return fault('UNREACHABLE', {}, error instanceof Error ? error.message : String(error));
}
