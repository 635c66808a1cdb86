import { Range, type editor } from 'monaco-editor/editor';
import { lineEditsOf } from '../../shared/document/line-edits.ts';
import { spanAt } from '../../shared/document/layout.ts';
import { countWords } from '../../shared/document/count-words.ts';
import { REASONING_MARKS } from '../../shared/prompt/plan/reasoning.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import type { EditorSurface } from './editor-surface.ts';
import { words } from '../locales/index.ts';

/** A block of thinking on the page: the line of its open mark, its last line, and whether that is its close mark. */
interface Thought {
  readonly key: string;
  readonly turnId: string;
  readonly line: number;
  readonly last: number;
  readonly closed: boolean;
}
interface MarkLine {
  readonly line: number;
  readonly kind: number;
  readonly opens: boolean;
}

/** Monaco has no public word for hiding lines; its own folding uses this. */
interface Hiding {
  setHiddenAreas(ranges: readonly Range[], source: unknown): void;
}

function markOf(text: string, line: number): MarkLine[] {
  const kind = REASONING_MARKS.findIndex(({ open, close }) => text === open || text === close);
  return kind < 0 ? [] : [{ line, kind, opens: text === REASONING_MARKS[kind]?.open }];
}

/** What a model thought before it answered: folded to one quiet line, a button that opens it. */
export class ReasoningFolds {
  private readonly surface: EditorSurface;
  private readonly document: ChapterText;
  private readonly layer = document.createElement('div');
  private readonly buttons: HTMLButtonElement[] = [];
  private readonly dressed: editor.IEditorDecorationsCollection;
  private readonly opened = new Set<string>();
  private readonly stops: { dispose(): void }[];
  private marks: readonly MarkLine[];
  private folds: readonly Thought[] = [];
  private hidden = '';
  private waiting = false;
  private frame = 0;

  constructor(surface: EditorSurface, page: ChapterText) {
    this.surface = surface;
    this.document = page;
    this.layer.className = 'ms-thoughts';
    this.dressed = surface.page.createDecorationsCollection();
    this.marks = surface.allLines().flatMap((text, index) => markOf(text, index + 1));
    surface.page.addOverlayWidget({
      getId: () => 'paphos.thoughts',
      getDomNode: () => this.layer,
      getPosition: () => null,
    });
    this.stops = [
      surface.model.onDidChangeContent((event) => this.changed(event)),
      surface.page.onDidScrollChange(() => this.place()),
      surface.page.onDidLayoutChange(() => this.refresh()),
      surface.page.onDidContentSizeChange(() => this.refresh()),
    ];
    this.update();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop.dispose();
    this.layer.remove();
  }

  /** A caret never stands in what is not seen. */
  reveal(line: number): void {
    const thought = this.folds.find(
      (one) => line > one.line && (line <= one.last || (line === one.last + 1 && one.closed && this.isGap(line))),
    );
    if (thought === undefined || this.opened.has(thought.key)) return;
    this.opened.add(thought.key);
    this.update();
  }

  private changed({ changes }: editor.IModelContentChangedEvent): void {
    // From the last one up: places above an edit stay as they were.
    for (const { fromLine, toLine, newLines } of lineEditsOf(changes, (line) => this.surface.line(line)).toReversed()) {
      const shift = newLines.length - (toLine - fromLine + 1);
      const above = this.marks.filter(({ line }) => line < fromLine);
      const below = this.marks
        .filter(({ line }) => line > toLine)
        .map((mark) => ({ ...mark, line: mark.line + shift }));
      this.marks = [...above, ...newLines.flatMap((text, index) => markOf(text, fromLine + index)), ...below];
    }
    if (this.marks.length === 0 && this.folds.length === 0) return;
    // After the event, but before anything of it is drawn.
    if (!this.waiting) queueMicrotask(() => this.update());
    this.waiting = true;
  }

  private find(): Thought[] {
    const found: Thought[] = [];
    const { layout } = this.document;
    for (const [index, mark] of this.marks.entries()) {
      if (!mark.opens || mark.line > layout.lineCount || mark.line <= (found.at(-1)?.last ?? 0)) continue;
      const turn = spanAt(layout, mark.line);
      if (turn.role !== 'model') continue;
      const end = turn.line + turn.lines - 1;
      const close = this.marks
        .slice(index + 1)
        .find(({ line, kind, opens }) => line <= end && kind === mark.kind && !opens);
      const count = found.filter(({ turnId }) => turnId === turn.id).length;
      found.push({
        key: `${turn.id} ${count}`,
        turnId: turn.id,
        line: mark.line,
        last: close?.line ?? end,
        closed: close !== undefined,
      });
    }
    return found;
  }

  private update(): void {
    this.waiting = false;
    const { surface } = this;
    if (surface.model.isDisposed()) return;
    this.folds = this.find();
    const whole = (from: number, to: number): Range => new Range(from, 1, to, surface.model.getLineMaxColumn(to));
    this.dressed.set(
      this.folds.flatMap(({ line, last, closed }) => [
        { range: whole(line, line), options: { inlineClassName: 'pl-unseen' } },
        ...(last > line ? [{ range: whole(line + 1, last), options: { inlineClassName: 'pl-thought' } }] : []),
        ...(closed ? [{ range: whole(last, last), options: { inlineClassName: 'pl-unseen', lineHeight: 0.2 } }] : []),
      ]),
    );
    const folded = this.folds
      .filter(({ key, line, last }) => last > line && !this.opened.has(key))
      .map(({ line, last, closed }) => whole(line + 1, closed && this.isGap(last + 1) ? last + 1 : last));
    const hidden = folded.map(String).join(' ');
    if (hidden !== this.hidden) (surface.page as unknown as Hiding).setHiddenAreas(folded, this);
    this.hidden = hidden;
    this.refresh();
  }

  /** The empty line between a thought and what was said after it. */
  private isGap(line: number): boolean {
    const { layout } = this.document;
    return (
      line < layout.lineCount &&
      this.surface.line(line) === '' &&
      spanAt(layout, line + 1).id === spanAt(layout, line).id
    );
  }

  private refresh(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.place();
    });
  }

  private place(): void {
    const { page } = this.surface;
    const ranges = page.getVisibleRanges();
    const inSight = this.folds.filter(
      ({ line }) => line >= (ranges[0]?.startLineNumber ?? 1) && line <= (ranges.at(-1)?.endLineNumber ?? 0),
    );
    inSight.forEach((thought, index) => {
      const button = this.buttons[index] ?? this.button(index);
      const text = this.describe(thought);
      if (button.textContent !== text) button.textContent = text;
      button.ariaExpanded = String(this.opened.has(thought.key));
      button.dataset.key = thought.key;
      button.hidden = false;
      button.style.transform = `translate(${page.getLayoutInfo().contentLeft}px, ${Math.round(page.getTopForLineNumber(thought.line) - page.getScrollTop())}px)`;
    });
    for (const button of this.buttons.slice(inSight.length)) button.hidden = true;
  }

  private button(index: number): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    // A click leaves the caret in the text.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', () => this.toggle(button.dataset.key ?? ''));
    this.layer.append(button);
    this.buttons[index] = button;
    return button;
  }

  private toggle(key: string): void {
    if (!this.opened.delete(key)) this.opened.add(key);
    this.update();
  }

  private describe({ turnId, line, last, closed }: Thought): string {
    let count = 0;
    for (let at = line + 1; at <= (closed ? last - 1 : last); at++) count += countWords(this.surface.line(at));
    return closed
      ? words.manuscript.thought(count)
      : this.document.live?.turnId === turnId
        ? words.manuscript.thinking(count)
        : words.manuscript.thinkingStopped(count);
  }
}
