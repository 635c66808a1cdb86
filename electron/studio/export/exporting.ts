import { EXPORT_FORMATS, type ExportedFile, type ExportWish } from '../../../shared/contract/export.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import type { StudioContext } from '../context.ts';
import { fileName } from './file-name.ts';
import { readBook } from './read-book.ts';
import { writeInThread } from './write-in-thread.ts';

export interface Exporting {
  write(wish: ExportWish, signal?: AbortSignal): Promise<ExportedFile>;
}

/** Stories on their way out; an abort ends the writing. */
export function createExporting({ db }: Pick<StudioContext, 'db'>): Exporting {
  return {
    async write(wish, signal) {
      const book = readBook(db, wish);
      const { bytes, replaced } = await writeInThread({ book, format: wish.format }, signal);
      const title = wish.chapterId === null ? book.title : `${book.title} – ${getChapter(db, wish.chapterId).title}`;
      return {
        name: fileName(title, EXPORT_FORMATS[wish.format]),
        base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
        replaced,
      };
    },
  };
}
