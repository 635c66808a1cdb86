import { faultOf } from '../../../shared/faults/failure.ts';

/** What cannot be read at all is null, and keeps nothing else from being repaired. */
export function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (['STORE_DAMAGED', 'BACKUP_UNREADABLE'].includes(faultOf(error).code)) return null;
    throw error;
  }
}
