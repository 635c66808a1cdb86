import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import { id, title } from './common.ts';

/** What a story can be exported as, and what such a file's name ends in. */
export const EXPORT_FORMATS = { markdown: 'md', text: 'txt', html: 'html', epub: 'epub', docx: 'docx' } as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;
export const exportFormat = z.enum(Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]);

/**
 * `chapterId`: only this chapter; null: all of them. `withPerson`: what the person says is part of it.
 */
const exportWish = z.object({
  storyId: id,
  chapterId: id.nullable(),
  format: exportFormat,
  author: title.nullable(),
  withPerson: z.boolean(),
  withNotes: z.boolean(),
});
export type ExportWish = Readonly<z.infer<typeof exportWish>>;

export interface ExportedFile {
  /** Valid on all systems. */
  readonly name: string;
  readonly base64: string;
  /** So many characters that such a file cannot hold became U+FFFD. */
  readonly replaced: number;
}

export const exporting = {
  /** A story, or a chapter of it, as it is stored and shown; a reply that is being written is not part of it. */
  write: oc.input(exportWish).output(type<ExportedFile>()),
};
