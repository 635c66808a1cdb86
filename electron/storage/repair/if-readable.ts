import { faultOf } from '../../../shared/faults/failure.ts';
import { asFault } from '../core/storage-fault.ts';

/** With these the disk, or whoever else has the store, is in the way. */
const IN_THE_WAY = [
  'DISK_ERROR',
  'DISK_FULL',
  'STORE_BUSY',
  'STORE_GONE',
  'STORE_READ_ONLY',
  'STORE_SILENT',
] as readonly string[];

/**
 * What cannot be read at all is null, and keeps nothing else from being repaired. What damage makes of a row can be
 * anything, and fail in any way.
 */
export function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (IN_THE_WAY.includes(faultOf(asFault(error)).code)) throw error;
    return null;
  }
}
