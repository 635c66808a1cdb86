import { Range, type editor } from 'monaco-editor/editor';
import type { Place } from '../chapter/text-source.ts';
import type { Page } from './create-editor.ts';

/** Shows which part of the text is being written: its words, the hairline beside its lines, and where it ends. */
export class StreamMarks {
  private readonly marks: editor.IEditorDecorationsCollection;

  constructor(page: Page) {
    this.marks = page.createDecorationsCollection();
  }

  clear(): void {
    this.marks.clear();
  }

  show(from: Place, to: Place): void {
    this.marks.set([
      { range: new Range(from.line, from.column, to.line, to.column), options: { inlineClassName: 'pl-draft' } },
      {
        range: new Range(from.line, 1, to.line, to.column),
        options: { isWholeLine: true, linesDecorationsClassName: 'pl-live' },
      },
      {
        range: new Range(to.line, Math.max(1, to.column - 1), to.line, to.column),
        options: { inlineClassName: 'pl-draft-end' },
      },
    ]);
  }
}
