import { Range, type editor } from 'monaco-editor/editor';
import type { Page } from '../create-editor.ts';
import { Hits } from './hits.ts';
import type { Stretch } from '../../chapter/text-source.ts';

const rangeOf = ({ from, to }: Stretch): Range => new Range(from.line, from.column, to.line, to.column);

/** Shows the hits that are in sight, which of them is meant, and where nothing else is looked for. */
export class HitMarks {
  private readonly page: Page;
  private readonly marks: editor.IEditorDecorationsCollection;
  private readonly limits: editor.IEditorDecorationsCollection;
  private readonly stops: { dispose(): void }[];
  private hits = Hits.NONE;
  private current: number | null = null;
  private frame = 0;

  constructor(page: Page) {
    this.page = page;
    this.marks = page.createDecorationsCollection();
    this.limits = page.createDecorationsCollection();
    this.stops = [
      page.onDidScrollChange(() => this.later()),
      page.onDidLayoutChange(() => this.later()),
      // Until they are looked for anew, the marks move along with the text by themselves.
      page.onDidChangeModelContent(() => {
        this.hits = Hits.NONE;
      }),
    ];
  }

  show(hits: Hits, current: number | null): void {
    this.hits = hits;
    this.current = current;
    this.draw();
  }

  clear(): void {
    this.hits = Hits.NONE;
    this.marks.clear();
  }

  /** Nothing is looked for outside of these places; null: everywhere. */
  limit(within: readonly Stretch[] | null): void {
    this.limits.set((within ?? []).map((one) => ({ range: rangeOf(one), options: { className: 'pl-within' } })));
  }

  /** The places as the edits since have left them. */
  get within(): readonly Stretch[] | null {
    if (this.limits.length === 0) return null;
    return this.limits.getRanges().map((range) => ({
      from: { line: range.startLineNumber, column: range.startColumn },
      to: { line: range.endLineNumber, column: range.endColumn },
    }));
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop.dispose();
  }

  private later(): void {
    if (this.frame !== 0 || this.hits.count === 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { hits, current } = this;
    const seen = this.page.getVisibleRanges();
    const last = seen.at(-1)?.endLineNumber ?? 0;
    const marks: editor.IModelDeltaDecoration[] = [];
    // One may begin above and reach into sight.
    const first = hits.firstFrom({ line: seen[0]?.startLineNumber ?? 1, column: 1 });
    for (let index = Math.max(0, first - 1); index < hits.count; index++) {
      const hit = hits.at(index);
      if (hit.from.line > last) break;
      marks.push({
        range: rangeOf(hit),
        options: { className: index === current ? 'pl-hit pl-hit-meant' : 'pl-hit', showIfCollapsed: true },
      });
    }
    this.marks.set(marks);
  }
}
