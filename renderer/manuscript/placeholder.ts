import { editor } from 'monaco-editor/editor';
import { textRange } from '../../shared/document/layout.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import type { EditorSurface } from './editor-surface.ts';
import { words } from '../locales/index.ts';

/** The quiet question in an empty turn that waits for the person. */
export class Placeholder implements editor.IContentWidget {
  private readonly surface: EditorSurface;
  private readonly node = document.createElement('div');
  private line: number | null = null;

  constructor(surface: EditorSurface) {
    this.surface = surface;
    this.node.className = 'ms-ask';
    this.node.ariaHidden = 'true';
    surface.page.addContentWidget(this);
  }

  getId(): string {
    return 'paphos.placeholder';
  }
  getDomNode(): HTMLElement {
    return this.node;
  }

  getPosition(): editor.IContentWidgetPosition | null {
    return this.line === null
      ? null
      : { position: { lineNumber: this.line, column: 1 }, preference: [editor.ContentWidgetPositionPreference.EXACT] };
  }

  update(document: ChapterText): void {
    const last = document.layout.spans.at(-1);
    const asks =
      last !== undefined &&
      textRange(last).count > 0 &&
      last.role !== 'system' &&
      document.live?.turnId !== last.id &&
      document.isEmpty(last) &&
      (document.readyTurn() !== null || document.layout.spans.length === 1 || last.role === 'user');
    const line = asks ? textRange(last).first : null;
    if (line !== null && line <= this.surface.lineCount()) {
      const isFirst = document.layout.spans.length === 1;
      const { askAction, askFirst, askNext } = words.manuscript;
      this.node.textContent = document.offered().length > 0 ? askAction : isFirst ? askFirst : askNext;
    }
    if (line === this.line) return;
    this.line = line;
    this.surface.page.layoutContentWidget(this);
  }
}
