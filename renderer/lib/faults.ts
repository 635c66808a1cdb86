import { ORPCError } from '@orpc/client';
import { fault, type StudioFault } from '../../shared/contract/common.ts';
import { words } from '../locales/index.ts';

/** What to tell the person about anything that was thrown. */
export function faultOf(error: unknown): StudioFault {
  if (error instanceof ORPCError) {
    const told = fault.safeParse(error.data);
    if (told.success) return told.data;
    return { code: error.code, message: error.message };
  }
  return {
    code: 'UNREACHABLE',
    message: words.shell.unreachable,
    detail: error instanceof Error ? error.message : String(error),
  };
}
