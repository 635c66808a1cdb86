import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type {
  ChapterView,
  EditableText,
  FaultAction,
  KeptText,
  MakeView,
  Replacement,
  Sight,
  ViewedChapter,
} from '../../renderer/chapter/chapter-view.ts';
import { splitsPair } from '../../shared/document/draft.ts';
import { isMark } from '../../shared/document/grammar.ts';
import type { PageChange, Place, Stretch } from '../../renderer/chapter/text-source.ts';

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Pieces of a text that become others at once, from top to bottom; `back`: what takes that back. */
interface Edit {
  readonly pieces: readonly Piece[];
  readonly back: readonly Piece[];
  readonly versionBefore: number;
  readonly versionAfter: number;
}

/** As Monaco has it, whatever came in. */
const withLineEnds = (text: string): string => text.replace(/\r\n?/g, '\n');

/** Shows a text of this kind in itself. */
export const showPlainly: MakeView = (text, chapter) => {
  if (!(text instanceof PlainView)) throw new TypeError('not a plain text');
  return text.show(chapter);
};

/** A text and its view without an editor: one text, one caret, and undo steps of edits. */
export class PlainView implements EditableText, ChapterView {
  text: string;
  version = 1;
  openMark: number | null = null;
  readOnly = false;
  isDisposed = false;
  /** The line at the top. */
  top: Place = { line: 1, column: 1 };
  /** The part that is shown as being written. */
  stream: Stretch | null = null;
  fault: { readonly line: () => number; readonly fault: StudioFault; readonly actions: readonly FaultAction[] } | null =
    null;
  private chapter: ViewedChapter | null = null;
  private readonly listeners = new Set<(change: PageChange) => void>();
  private caretAt = 0;
  private versions = 1;
  private stepIsOpen = false;
  private readonly done: Edit[][] = [];
  private readonly undone: Edit[][] = [];
  readonly past: Map<number, readonly string[]>;
  /** At each version, over all visits. */
  readonly texts: Map<number, string>;

  /** `kept`: the view of the last visit; what is another text since is a step of its undo history. */
  constructor(given: string, kept: KeptText | null = null) {
    const text = withLineEnds(given);
    this.text = text;
    this.past = kept?.past ?? new Map();
    this.texts = kept instanceof PlainView ? kept.texts : new Map([[1, text]]);
    if (!(kept instanceof PlainView)) return;
    this.done = kept.done;
    this.undone = kept.undone;
    this.version = kept.version;
    this.versions = kept.versions;
    this.text = kept.text;
    if (text !== kept.text) this.edit([{ from: 0, to: kept.text.length, text }]);
    this.stepIsOpen = false;
  }

  show(chapter: ViewedChapter): ChapterView {
    this.chapter = chapter;
    return this;
  }

  onChange(told: (change: PageChange) => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }
  keep(): KeptText {
    this.isDisposed = true;
    return this;
  }

  /** The person types at the caret. */
  type(text: string): void {
    this.chapter?.willEdit('typing');
    const from = this.caretAt;
    this.edit([{ from, to: from, text }]);
    this.caretAt = from + text.length;
    this.chapter?.caretMoved(true);
  }

  /** The person puts the caret behind the last place where `find` stands. */
  click(find: string): void {
    const at = this.text.lastIndexOf(find);
    if (at === -1) throw new Error(`"${find}" is not in the text:\n${this.text}`);
    this.caretAt = at + find.length;
    this.chapter?.caretMoved(true);
  }

  /** The person puts the caret somewhere in a line of text, not into a mark. */
  clickAt(offset: number): void {
    const { line } = this.placeAt(Math.min(offset, this.text.length));
    const last = isMark(this.line(line)) && line < this.lineCount() ? line + 1 : line;
    this.caretAt = Math.max(this.offsetAt(last, 1), Math.min(offset, this.offsetAt(last, this.line(last).length + 1)));
    this.chapter?.caretMoved(true);
  }

  /** The person deletes the last place where `find` stands. */
  cut(find: string): void {
    this.click(find);
    this.chapter?.willEdit('typing');
    this.edit([{ from: this.caretAt - find.length, to: this.caretAt, text: '' }]);
  }

  /** The person replaces several pieces of the text at once, from top to bottom. */
  replaceAll(pieces: readonly Piece[]): void {
    this.chapter?.perform(() => this.edit(pieces));
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
    const above = this.text.split('\n').slice(0, line - 1);
    return above.reduce((sum, one) => sum + one.length + 1, 0) + Math.min(column - 1, this.line(line).length);
  }
  placeAt(offset: number): Place {
    const before = this.text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
  slice(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  replace({ from, to, text }: Replacement): void {
    const [begin, end] = [this.offsetAt(from.line, from.column), this.offsetAt(to.line, to.column)];
    // A real editor would take the whole pair.
    if (splitsPair(this.text, begin) || splitsPair(this.text, end)) throw new RangeError('within a surrogate pair');
    this.edit([{ from: begin, to: end, text }]);
  }
  closeStep(): void {
    this.stepIsOpen = false;
  }
  get canUndo(): boolean {
    return this.done.length > 0;
  }
  undo(): void {
    const step = this.done.pop();
    if (step === undefined) return;
    this.undone.push(step);
    for (const { back, versionBefore } of step.toReversed()) this.put(back, versionBefore, 'undo');
    this.stepIsOpen = false;
  }
  redo(): void {
    const step = this.undone.pop();
    if (step === undefined) return;
    this.done.push(step);
    for (const { pieces, versionAfter } of step) this.put(pieces, versionAfter, 'redo');
    this.stepIsOpen = false;
  }

  caret(): Place {
    return this.placeAt(this.caretAt);
  }
  selections(): readonly Stretch[] {
    return [];
  }
  select({ to }: Stretch): void {
    this.putCaret(to);
  }
  putCaret({ line, column }: Place): void {
    this.caretAt = this.offsetAt(line, column);
  }
  focus(): void {}
  sight(): Sight {
    return { from: this.top, above: 0 };
  }
  look({ from }: Sight): void {
    this.top = from;
  }
  isNearSight(): boolean {
    return true;
  }
  bring(): void {}
  keepSight(work: () => void): void {
    work();
  }
  revealTurn(): void {}
  editTurn(): void {}
  highlightTurn(): void {}
  markStream(part: PlainView['stream']): void {
    this.stream = part;
  }
  whenDrawn(told: (ms: number) => void): void {
    told(0);
  }
  showFault(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void {
    this.fault = { line, fault, actions };
  }
  hideFault(): void {
    this.fault = null;
  }
  find(): void {}
  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
  }
  refresh(): void {}
  leave(): void {
    this.chapter = null;
  }
  dispose(): void {}

  private edit(given: readonly Piece[]): void {
    const pieces = given.map((piece) => ({ ...piece, text: withLineEnds(piece.text) }));
    let shift = 0;
    const back = pieces.map(({ from, to, text }) => {
      const piece = { from: from + shift, to: from + shift + text.length, text: this.text.slice(from, to) };
      shift += text.length - (to - from);
      return piece;
    });
    const edit = { pieces, back, versionBefore: this.version, versionAfter: ++this.versions };
    const step = this.done.at(-1);
    if (this.stepIsOpen && step !== undefined) step.push(edit);
    else this.done.push([edit]);
    this.stepIsOpen = true;
    this.undone.length = 0;
    this.put(pieces, edit.versionAfter, null);
  }

  private put(pieces: readonly Piece[], version: number, rewound: 'undo' | 'redo' | null): void {
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
    for (const { from, to, text } of pieces.toReversed()) {
      this.text = this.text.slice(0, from) + text + this.text.slice(to);
      if (this.caretAt >= to && this.caretAt > from) this.caretAt += text.length - (to - from);
      else if (this.caretAt > from) this.caretAt = from;
    }
    this.version = version;
    this.chapter?.changed({ changes, version, rewound });
    for (const told of this.listeners) told({ changes, version, rewound });
    this.texts.set(version, this.text);
  }
}
