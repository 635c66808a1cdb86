import { EXPORT_FORMATS, type ExportedFile, type ExportWish } from '../../../shared/contract/export.ts';
import { failure, faultOf } from '../../../shared/faults/failure.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import type { StudioContext } from '../context.ts';
import { inThread } from '../in-thread.ts';
import type { ExportTask } from './export-worker.ts';
import { fileName } from './file-name.ts';
import { readBook } from './read-book.ts';
import type { WrittenBook } from './write-book.ts';

const THREAD = { source: 'export/export-worker.ts', built: 'export' };

export interface Exporting {
  write(wish: ExportWish, signal?: AbortSignal): Promise<ExportedFile>;
}

/** Stories on their way out; an abort ends the writing. */
export function createExporting({ db }: Pick<StudioContext, 'db'>): Exporting {
  return {
    async write(wish, signal) {
      const book = readBook(db, wish);
      const task: ExportTask = { book, format: wish.format };
      const { bytes, replaced } = await inThread<WrittenBook>(THREAD, task, signal).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw failure('NOT_EXPORTED', {}, { detail: faultOf(cause).detail, cause });
      });
      const title = wish.chapterId === null ? book.title : `${book.title} – ${getChapter(db, wish.chapterId).title}`;
      return {
        name: fileName(title, EXPORT_FORMATS[wish.format]),
        base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
        replaced,
      };
    },
  };
}
