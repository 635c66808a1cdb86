import { countWords } from '../../shared/document/count-words.ts';
import { isMark } from '../../shared/document/grammar.ts';
import type { LineEdit } from '../../shared/document/layout.ts';
import type { TextSource } from './text-source.ts';

/** The words of the page, counted line by line and only where something changed. */
export class LineWords {
  private readonly source: TextSource;
  private counts: (number | null)[];
  private known = 0;
  private stale = true;
  /** So many from the first on need not be counted ahead. */
  private counted = 0;

  constructor(source: TextSource) {
    this.source = source;
    this.counts = Array.from({ length: source.lineCount() }, () => null);
  }

  changed(edits: readonly LineEdit[]): void {
    let shift = 0;
    for (const { fromLine, toLine, newLines } of edits) {
      const old = toLine - fromLine + 1;
      if (old === 1 && newLines.length === 1) this.counts[fromLine + shift - 1] = null;
      else
        this.counts = [
          ...this.counts.slice(0, fromLine + shift - 1),
          ...newLines.map(() => null),
          ...this.counts.slice(toLine + shift),
        ];
      shift += newLines.length - old;
    }
    this.stale = true;
  }

  /** Counts so many more lines; false where all are counted. */
  countMore(most: number): boolean {
    let left = most;
    for (let index = this.counted; index < this.counts.length && left > 0; index++, left--) this.countOf(index);
    this.counted += most - left;
    return this.counted < this.counts.length;
  }

  total(): number {
    if (!this.stale) return this.known;
    this.stale = false;
    this.known = 0;
    for (let index = 0; index < this.counts.length; index++) this.known += this.countOf(index);
    return this.known;
  }

  private countOf(index: number): number {
    const known = this.counts[index] ?? null;
    if (known !== null) return known;
    const line = this.source.line(index + 1);
    return (this.counts[index] = isMark(line) ? 0 : countWords(line));
  }
}
