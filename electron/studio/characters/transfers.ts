import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CARD_LIMITS } from '../../../shared/cards/limits.ts';
import { newId } from '../../../shared/document/ids.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { asDiskFault } from '../../storage/core/disk-fault.ts';

interface Offered {
  readonly path: string;
  readonly name: string;
  /** It was made for this, and goes when nobody can ask for it any more. */
  readonly isOwn: boolean;
}
/** Files on their way to the studio, and from it. */
interface Transfers {
  /** Pieces come behind each other; the same one may come twice. */
  take(uploadId: string, offset: number, piece: string): Promise<void>;
  /** Where it lies. */
  uploaded(uploadId: string): string;
  drop(uploadId: string): void;
  /** Where a file can be written that is to be offered. */
  place(id: string): string;
  offer(file: Offered): { readonly name: string; readonly address: string };
  offered(id: string): { readonly path: string; readonly name: string } | null;
}

const OFFERED_MS = 10 * 60_000;

/** What an earlier run left is nobody's any more. */
export function openTransfers(dataDir: string): Transfers {
  const folder = join(dataDir, 'transfers');
  rmSync(folder, { recursive: true, force: true });
  const offers = new Map<string, Offered & { readonly until: number }>();
  const endOld = (): void => {
    for (const [id, { until, isOwn, path }] of offers) {
      if (until > Date.now()) continue;
      offers.delete(id);
      if (isOwn) rmSync(path, { force: true });
    }
  };
  // Never the data folder itself: where that is gone, nothing comes in its place.
  const place = (id: string): string => {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    return join(folder, id);
  };
  const write = async (path: string, bytes: Buffer, offset: number): Promise<void> => {
    const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600);
    try {
      // A disk that is nearly full takes a part and says nothing.
      for (let done = 0; done < bytes.length;)
        done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    } finally {
      await file.close();
    }
  };
  return {
    place,
    async take(uploadId, offset, piece) {
      const path = join(folder, uploadId);
      const bytes = Buffer.from(piece, 'base64');
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (offset > size) throw failure('UPLOAD_GONE', {});
      if (offset + bytes.length > CARD_LIMITS.archive) {
        rmSync(path, { force: true });
        throw failure('CARD_LARGE', { what: 'archive', most: CARD_LIMITS.archive });
      }
      try {
        await write(place(uploadId), bytes, offset);
      } catch (error) {
        throw asDiskFault(error);
      }
    },
    uploaded(uploadId) {
      const path = join(folder, uploadId);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) throw failure('UPLOAD_GONE', {});
      return path;
    },
    drop(uploadId) {
      rmSync(join(folder, uploadId), { force: true });
    },
    offer(file) {
      const id = newId();
      endOld();
      offers.set(id, { ...file, until: Date.now() + OFFERED_MS });
      return { name: file.name, address: `asset/${id}` };
    },
    offered: (id) => offers.get(id) ?? null,
  };
}
