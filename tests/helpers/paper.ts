import type { ChapterText, Touched } from '../../renderer/chapter/chapter-text.ts';
import type { Place, TextSource } from '../../renderer/chapter/text-source.ts';

interface Step {
  readonly before: string;
  readonly after: string;
  readonly versionBefore: number;
  readonly versionAfter: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A page without an editor: text, edits, undo. */
export class Paper implements TextSource {
  text: string;
  version = 1;
  document: ChapterText | null = null;
  private versions = 1;
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];

  constructor(text: string) {
    this.text = text;
  }

  lineCount(): number {
    return this.text.split('\n').length;
  }
  line(line: number): string {
    return this.text.split('\n')[line - 1] ?? '';
  }
  allLines(): readonly string[] {
    return this.text.split('\n');
  }

  offsetAt(line: number, column: number): number {
    const lines = this.text.split('\n');
    return (
      lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) +
      Math.min(column - 1, lines[line - 1]?.length ?? 0)
    );
  }

  placeAt(offset: number): Place {
    const before = this.text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  slice(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  edit(
    from: number,
    to: number,
    text: string,
    options: { ids?: readonly string[]; mirrored?: boolean } = {},
  ): Touched | undefined {
    return this.editAll([{ from, to, text }], options);
  }

  /** Several pieces at once, from top to bottom and none over another. */
  editAll(
    pieces: readonly Piece[],
    options: { ids?: readonly string[]; mirrored?: boolean } = {},
  ): Touched | undefined {
    const before = this.text;
    const after = pieces.reduceRight(
      (text, piece) => text.slice(0, piece.from) + piece.text + text.slice(piece.to),
      before,
    );
    const step = { before, after, versionBefore: this.version, versionAfter: ++this.versions };
    this.done.push(step);
    this.undone.length = 0;
    return this.turn(before, after, pieces, step.versionAfter, false, options);
  }

  /** Replaces the last place where `find` stands. */
  replace(find: string, text: string): Touched | undefined {
    const at = this.text.lastIndexOf(find);
    if (at === -1) throw new Error(`"${find}" is not on the page`);
    return this.edit(at, at + find.length, text);
  }

  undo(): boolean {
    const step = this.done.pop();
    if (step === undefined) return false;
    this.undone.push(step);
    this.rewind(step.after, step.before, step.versionBefore);
    return true;
  }

  redo(): boolean {
    const step = this.undone.pop();
    if (step === undefined) return false;
    this.done.push(step);
    this.rewind(step.before, step.after, step.versionAfter);
    return true;
  }

  private rewind(from: string, to: string, version: number): void {
    let head = 0;
    while (head < from.length && head < to.length && from[head] === to[head]) head++;
    let tail = 0;
    while (
      tail < from.length - head &&
      tail < to.length - head &&
      from[from.length - 1 - tail] === to[to.length - 1 - tail]
    )
      tail++;
    const piece = { from: head, to: from.length - tail, text: to.slice(head, to.length - tail) };
    this.turn(from, to, [piece], version, true, {});
  }

  private turn(
    before: string,
    after: string,
    pieces: readonly Piece[],
    version: number,
    rewound: boolean,
    options: { ids?: readonly string[]; mirrored?: boolean },
  ): Touched | undefined {
    this.text = before;
    // As Monaco tells of them: from the last one up.
    const changes = pieces.toReversed().map(({ from, to, text }) => {
      const [start, end] = [this.placeAt(from), this.placeAt(to)];
      const range = {
        startLineNumber: start.line,
        startColumn: start.column,
        endLineNumber: end.line,
        endColumn: end.column,
      };
      return { range, rangeLength: to - from, text };
    });
    this.text = after;
    this.version = version;
    return this.document?.changed({ changes, version, rewound: rewound ? 'undo' : null }, options);
  }
}
