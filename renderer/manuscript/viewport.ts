import { editor, Range } from 'monaco-editor/editor';
import { textRange } from '../../shared/document/layout.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import type { Sight } from '../chapter/chapter-view.ts';
import { endOfText, type Place } from '../chapter/text-source.ts';
import { paddingFor } from './create-editor.ts';
import type { EditorSurface } from './editor-surface.ts';

/** Between the text and what covers the foot of the page, with what that leaves free below itself. */
const ROOM = 68;
const LINE = 30;
/** So far outside the free part of the page a place still counts as near. */
const NEAR = 60;

/** What of the page is in sight, and what is pointed at. */
export class Viewport {
  private readonly surface: EditorSurface;
  private readonly document: ChapterText;
  private foot = 0;
  private frame = 0;
  /** So much of the top lies under each of these, one below the other. */
  private readonly over = { banners: 0, find: 0 };
  private readonly lit: editor.IEditorDecorationsCollection;
  private readonly stop: { dispose(): void };

  constructor(surface: EditorSurface, document: ChapterText) {
    this.surface = surface;
    this.document = document;
    this.lit = surface.page.createDecorationsCollection();
    this.stop = surface.page.onDidChangeCursorPosition(({ position, reason, source }) => {
      const [first] = this.document.layout.spans;
      const isFirst = first !== undefined && position.lineNumber <= textRange(first).first;
      if (isFirst && source === 'keyboard' && reason === editor.CursorChangeReason.Explicit)
        requestAnimationFrame(() => this.showHead());
    });
  }

  /** Whoever goes up to the first lines by keys sees what stands above them as well. */
  private showHead(): void {
    const { page } = this.surface;
    if (page.getModel() !== null && this.below(this.surface.caret()) + page.getScrollTop() <= 0) page.setScrollTop(0);
  }

  /** How far the line of a place lies below what the floating bar leaves free; less than 0 where it is above. */
  below({ line, column }: Place): number {
    const { page } = this.surface;
    return (
      page.getTopForPosition(line, column) +
      LINE -
      (page.getScrollTop() + page.getLayoutInfo().height - this.foot - ROOM)
    );
  }

  private above({ line, column }: Place): number {
    const { page } = this.surface;
    return page.getScrollTop() - page.getTopForPosition(line, column);
  }

  isNear(place: Place): boolean {
    return this.below(place) <= NEAR && this.above(place) <= NEAR;
  }

  sight(): Sight {
    const [top] = this.surface.page.getVisibleRanges();
    const from = { line: top?.startLineNumber ?? 1, column: top?.startColumn ?? 1 };
    return { from, above: this.above(from) };
  }

  look({ from, above }: Sight): void {
    const { page, lines } = this.surface;
    lines.around(from.line);
    page.setScrollTop(page.getTopForPosition(from.line, from.column) + above);
  }

  /**
   * Scrolls no more than is needed for a place, and an end of the text just below it, to stand above the floating
   * bar.
   */
  bring(place: Place): void {
    const { page, lines } = this.surface;
    lines.around(place.line);
    const end = endOfText(this.surface);
    const below = this.endsBelow(place, end) ? this.below(end) : this.below(place);
    const above = this.above(place) + this.covered;
    if (below > 0) page.setScrollTop(page.getScrollTop() + below);
    else if (above > 0) page.setScrollTop(page.getScrollTop() - above - LINE);
  }

  /** A place that is out of sight comes into the middle of it. */
  centre(place: Place): void {
    this.surface.lines.around(place.line);
    if (this.below(place) <= 0 && this.above(place) + this.covered <= 0) return;
    this.surface.page.revealPositionInCenter(
      { lineNumber: place.line, column: place.column },
      editor.ScrollType.Immediate,
    );
  }

  private get covered(): number {
    return this.over.banners + this.over.find;
  }

  /**
   * So much of the top of the page is covered from now on, in pixels; what is in sight stays where it is, but for
   * whoever is at the very top, who goes on seeing all of it.
   */
  coverTop(by: 'banners' | 'find', height: number): void {
    if (this.over[by] === height) return;
    const { page } = this.surface;
    const [first, scrolled] = [page.getTopForLineNumber(1), page.getScrollTop()];
    this.over[by] = height;
    this.pad();
    page.setScrollTop(scrolled === 0 ? 0 : scrolled + page.getTopForLineNumber(1) - first);
  }

  private pad(): void {
    this.surface.page.updateOptions({ padding: paddingFor(this.foot, this.covered) });
  }

  /** Before the next frame: goes along with an end of the text that came just below the caret, if that is in sight. */
  keepEnd(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const [caret, end] = [this.surface.caret(), endOfText(this.surface)];
      if (this.endsBelow(caret, end) && this.below(caret) <= 0 && this.below(end) > 0) this.bring(caret);
    });
  }

  /** So much of the foot of the page is covered from now on, in pixels; a caret that was seen stays so. */
  cover(foot: number): void {
    const caret = this.surface.caret();
    const wasSeen = this.below(caret) <= 0;
    this.foot = foot;
    this.pad();
    if (wasSeen && this.surface.page.hasTextFocus() && this.below(caret) > 0) this.bring(caret);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.stop.dispose();
  }

  private endsBelow(place: Place, end: Place): boolean {
    const { page } = this.surface;
    return page.getTopForPosition(end.line, end.column) - page.getTopForPosition(place.line, place.column) <= 3 * LINE;
  }

  reveal(turnId: string): void {
    const span = this.document.spanOf(turnId);
    if (span === null) return;
    const { first } = textRange(span);
    this.surface.lines.around(first);
    this.surface.putCaret({ line: first, column: 1 });
    this.surface.page.revealLineNearTop(first);
    this.surface.page.focus();
  }

  highlight(turnId: string | null): void {
    const span = turnId === null ? null : this.document.spanOf(turnId);
    this.lit.set(
      span === null
        ? []
        : [
            {
              range: new Range(textRange(span).first, 1, span.line + span.lines - 1, 1),
              options: { isWholeLine: true, className: 'pl-lit' },
            },
          ],
    );
  }
}
