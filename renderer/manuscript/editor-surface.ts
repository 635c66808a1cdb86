import { Range, Selection, type editor } from 'monaco-editor/editor';
import type { Page } from './create-editor.ts';
import { LineLayout } from './line-layout.ts';
import type { EditableText, KeptText, Replacement } from '../chapter/chapter-view.ts';
import type { PageChange, Place, Stretch } from '../chapter/text-source.ts';

/** The source of cursor events that no person caused. */
export const OURS = 'paphos';

/** A text in Monaco's model, with its undo history. */
export class KeptModel implements KeptText {
  readonly model: editor.ITextModel;
  readonly past: Map<number, readonly string[]>;

  constructor(model: editor.ITextModel, past = new Map<number, readonly string[]>()) {
    this.model = model;
    this.past = past;
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** Monaco's model as chapters and views read and change it. */
export class ModelText implements EditableText {
  readonly model: editor.ITextModel;
  readonly past: Map<number, readonly string[]>;

  constructor({ model, past }: Omit<KeptModel, 'dispose'>) {
    this.model = model;
    this.past = past;
  }

  lineCount(): number {
    return this.model.getLineCount();
  }
  line(line: number): string {
    return this.model.getLineContent(line);
  }
  allLines(): readonly string[] {
    return this.model.getLinesContent();
  }
  offsetAt(line: number, column: number): number {
    return this.model.getOffsetAt({ lineNumber: line, column });
  }

  placeAt(offset: number): Place {
    const { lineNumber, column } = this.model.getPositionAt(offset);
    return { line: lineNumber, column };
  }

  slice(from: number, to: number): string {
    return this.model.getValueInRange(
      Range.fromPositions(this.model.getPositionAt(from), this.model.getPositionAt(to)),
    );
  }

  get version(): number {
    return this.model.getAlternativeVersionId();
  }

  replace({ from, to, text }: Replacement): void {
    const range = new Range(from.line, from.column, to.line, to.column);
    this.model.pushEditOperations([], [{ range, text, forceMoveMarkers: false }], () => null);
  }
  closeStep(): void {
    this.model.pushStackElement();
  }
  undo(): void {
    void this.model.undo();
  }
  redo(): void {
    void this.model.redo();
  }

  onChange(told: (change: PageChange) => void): () => void {
    const stop = this.model.onDidChangeContent(({ changes, isUndoing, isRedoing }) =>
      told({ changes, version: this.version, rewound: isUndoing ? 'undo' : isRedoing ? 'redo' : null }),
    );
    return () => stop.dispose();
  }

  keep(): KeptModel {
    return new KeptModel(this.model, this.past);
  }
}

/** The page: its text, its caret, and the one way in which the studio's own edits come into it. */
export class EditorSurface extends ModelText {
  readonly page: Page;
  readonly lines: LineLayout;
  private replacing = false;

  constructor(page: Page, text: Omit<KeptModel, 'dispose'>) {
    super(text);
    this.page = page;
    this.lines = new LineLayout(page);
  }

  /** A caret that moves now is moved by an edit of ours. */
  get isReplacing(): boolean {
    return this.replacing;
  }

  /** An edit that can be undone and leaves every caret and selection at the text where it was. */
  override replace(edit: Replacement): void {
    this.replacing = true;
    try {
      this.edit(edit);
    } finally {
      this.replacing = false;
    }
  }

  private edit({ from, to, text }: Replacement): void {
    const range = new Range(from.line, from.column, to.line, to.column);
    const held = this.page.getSelections() ?? [];
    this.model.pushEditOperations(held, [{ range, text, forceMoveMarkers: false }], () => null);
    const stays = ({ line, column }: Place): boolean =>
      line < from.line || (line === from.line && column <= from.column);
    const moved = held.some(
      (selection) =>
        stays({ line: selection.startLineNumber, column: selection.startColumn }) ||
        stays({ line: selection.endLineNumber, column: selection.endColumn }),
    );
    if (!moved) return;
    const now = this.page.getSelections() ?? [];
    const kept = held.map((old, index) => {
      const current = now[index] ?? old;
      const start = stays({ line: old.selectionStartLineNumber, column: old.selectionStartColumn }) ? old : current;
      const end = stays({ line: old.positionLineNumber, column: old.positionColumn }) ? old : current;
      return new Selection(
        start.selectionStartLineNumber,
        start.selectionStartColumn,
        end.positionLineNumber,
        end.positionColumn,
      );
    });
    if (kept.some((selection, index) => !selection.equalsSelection(now[index] ?? selection)))
      this.page.setSelections(kept, OURS);
  }

  /** Edits that the person asked for, which move carets and selections as typing would. */
  write(edits: readonly Replacement[]): void {
    const operations = edits.map(({ from, to, text }) => ({
      range: new Range(from.line, from.column, to.line, to.column),
      text,
    }));
    this.model.pushEditOperations(this.page.getSelections() ?? [], operations, () => null);
  }

  caret(): Place {
    // While an edit is being told of, the editor's own place is that of before, and may lie beyond the text.
    const { lineNumber, column } = this.model.validatePosition(this.page.getPosition() ?? { lineNumber: 1, column: 1 });
    return { line: lineNumber, column };
  }

  selections(): readonly Stretch[] {
    return (this.page.getSelections() ?? [])
      .filter((selection) => !selection.isEmpty())
      .toSorted(Range.compareRangesUsingStarts)
      .map(({ startLineNumber, startColumn, endLineNumber, endColumn }) => ({
        from: { line: startLineNumber, column: startColumn },
        to: { line: endLineNumber, column: endColumn },
      }));
  }

  putCaret({ line, column }: Place, source = OURS): void {
    this.page.setPosition({ lineNumber: line, column }, source);
  }

  select({ from, to }: Stretch, source = OURS): void {
    this.page.setSelection(new Range(from.line, from.column, to.line, to.column), source);
  }
}
