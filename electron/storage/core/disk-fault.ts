import { failure } from '../../../shared/faults/failure.ts';

/** What the system says to a write into a data folder that is in use, as a fault; everything else stays what it is. */
export function asDiskFault(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const more = { cause: error, detail: String(error) };
  if (code === 'ENOENT' || code === 'ENOTDIR') return failure('STORE_GONE', {}, more);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return failure('DISK_FULL', {}, more);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return failure('STORE_READ_ONLY', {}, more);
  if (code === 'EIO') return failure('DISK_ERROR', {}, more);
  return error;
}
