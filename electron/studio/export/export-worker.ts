import type { ExportFormat } from '../../../shared/contract/export.ts';
import { answerTask } from '../in-thread.ts';
import type { Book } from './book.ts';
import { writeBook } from './write-book.ts';

/** The thread: what it is given is a book and a format, what it answers is the file. */
export interface ExportTask {
  readonly book: Book;
  readonly format: ExportFormat;
}

await answerTask(({ book, format }: ExportTask) => writeBook(book, format));
