/** What a story can be exported as, and what such a file's name ends in. */
export const EXPORT_FORMATS = { markdown: 'md', text: 'txt', html: 'html', epub: 'epub', docx: 'docx' } as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;
